/** What a WASI command has open of granted files, by descriptor. */
import type { GrantedFiles } from '../grants/granted-files.ts';
import { OpenFile, type Rights } from './open-file.ts';
import { fail, guarded } from './wasi-errors.ts';
import type { Name } from './wasi-structs.ts';

/** The three streams are none of these. */
const FIRST = 3;
const MOST_OPEN = 1024;

export interface OpenDirectory {
  readonly kind: 'directory';
  readonly path: string;
  /** By which it is open from the start. */
  readonly name?: string;
  names?: readonly Name[];
}

/** What asks for a descriptor that is not open, or not of the kind, fails as WASI has it. */
export class OpenTable {
  readonly #granted: GrantedFiles;
  /** Of all that is open, in bytes. */
  readonly #most: number;
  readonly #open = new Map<number, OpenDirectory | OpenFile>();

  /** The granted directories are open from the start. */
  constructor(granted: GrantedFiles, most: number) {
    this.#granted = granted;
    this.#most = most;
    const { bases, directory } = granted.reach;
    if (bases.length === 0) return;
    const places = new Map([['.', directory], [directory, directory], ...bases.map((base) => [base, base] as const)]);
    for (const [name, path] of places) this.#open.set(FIRST + this.#open.size, { kind: 'directory', path, name });
  }

  at(fd: number): OpenDirectory | OpenFile {
    return this.#open.get(fd) ?? fail('EBADF');
  }

  file(fd: number): OpenFile {
    const at = this.at(fd);
    return at.kind === 'file' ? at : fail('EISDIR');
  }

  directory(fd: number): OpenDirectory {
    const at = this.at(fd);
    return at.kind === 'directory' ? at : fail('ENOTDIR');
  }

  /** Of what is open from the start. */
  nameOf(fd: number): string {
    const at = this.at(fd);
    return at.kind === 'directory' && at.name !== undefined ? at.name : fail('EBADF');
  }

  mayOpenMore(): boolean {
    return this.#open.size < MOST_OPEN;
  }

  /** Under which descriptor it is open. */
  addDirectory(path: string): number {
    return this.#add({ kind: 'directory', path });
  }

  addFile(path: string, contents: Uint8Array | undefined, rights: Rights): number {
    return this.#add(new OpenFile(path, contents, rights, (bytes) => this.#hold(bytes)));
  }

  close(fd: number): void {
    const at = this.at(fd);
    this.#open.delete(fd);
    if (at.kind === 'file') at.save(this.#granted);
  }

  save(fd: number): void {
    this.file(fd).save(this.#granted);
  }

  /** Writes what was left open. False where that fails. */
  finish(): boolean {
    return [...this.#open.values()].every(
      (each) =>
        each.kind === 'directory' ||
        guarded(() => {
          each.save(this.#granted);
          return 0;
        }) === 0,
    );
  }

  #add(opened: OpenDirectory | OpenFile): number {
    let fd = FIRST;
    while (this.#open.has(fd)) fd += 1;
    this.#open.set(fd, opened);
    return fd;
  }

  #hold(more: number): void {
    let held = more;
    for (const each of this.#open.values()) if (each.kind === 'file') held += each.held;
    if (held <= this.#most) return;
    this.#granted.exceeded = 'memory';
    fail('ENOSPC');
  }
}
