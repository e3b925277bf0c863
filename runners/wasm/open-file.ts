/** A granted file that a module has open: all of it is in memory, and written whole. */
import type { GrantedFiles } from '../grants/granted-files.ts';
import { fail } from './wasi-errors.ts';

/** More than this is not kept in reserve for a file that grows. */
const LARGEST_RESERVE = 64 * 1024 * 1024;

export interface Rights {
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly appends: boolean;
}

export class OpenFile {
  readonly kind = 'file';
  readonly path: string;
  readonly appends: boolean;
  position = 0;
  size: number;
  readonly #mayRead: boolean;
  readonly #mayWrite: boolean;
  /** Called before it takes more memory. */
  readonly #hold: (bytes: number) => void;
  #contents: Uint8Array;
  #isDirty: boolean;

  /** One that is made or emptied as it is opened is written in any case. */
  constructor(path: string, contents: Uint8Array | undefined, rights: Rights, hold: (bytes: number) => void) {
    this.path = path;
    this.appends = rights.appends;
    this.#mayRead = rights.mayRead;
    this.#mayWrite = rights.mayWrite;
    this.#hold = hold;
    this.#contents = contents ?? new Uint8Array();
    this.size = this.#contents.length;
    this.#isDirty = contents === undefined;
    hold(this.#contents.length);
  }

  /** Bytes of memory. */
  get held(): number {
    return this.#contents.length;
  }

  /** Gives how many bytes there were. */
  read(from: number, targets: readonly Uint8Array[]): number {
    if (!this.#mayRead) fail('EBADF');
    let at = from;
    for (const target of targets) {
      const part = this.#contents.subarray(Math.min(at, this.size), Math.min(this.size, at + target.length));
      target.set(part);
      at += part.length;
    }
    return at - from;
  }

  /** Gives how many bytes these are. */
  write(from: number, parts: readonly Uint8Array[]): number {
    if (!this.#mayWrite) fail('EBADF');
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (from + length > this.size) this.resize(from + length);
    let at = from;
    for (const part of parts) {
      this.#contents.set(part, at);
      at += part.length;
    }
    this.#isDirty = true;
    return length;
  }

  resize(size: number): void {
    if (!this.#mayWrite) fail('EBADF');
    if (!Number.isSafeInteger(size) || size < 0) fail('EINVAL');
    const had = this.#contents.length;
    if (size > had) {
      const room = Math.max(size, Math.min(had * 2, had + LARGEST_RESERVE));
      this.#hold(room);
      const contents = new Uint8Array(room);
      contents.set(this.#contents.subarray(0, this.size));
      this.#contents = contents;
    }
    if (size < this.size) this.#contents.fill(0, size, this.size);
    this.size = size;
    this.#isDirty = true;
  }

  save(granted: GrantedFiles): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const written = granted.write(this.path, this.#contents.subarray(0, this.size));
    if (!written.ok) fail(written.code ?? 'EIO');
  }
}
