/** The calls of WASI that have to do with granted files. */
import { resolve } from 'node:path';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { Done, Entry, GrantedTree } from '../grants/granted-tree.ts';
import type { OpenFile } from './open-file.ts';
import { type OpenDirectory, OpenTable } from './open-table.ts';
import { fail, guarded } from './wasi-errors.ts';
import {
  type GuestMemory,
  type Name,
  writeCount,
  writeDescription,
  writeEntries,
  writeOffset,
  writePrestat,
  writeStat,
} from './wasi-structs.ts';

/** How `path_open` opens. */
const CREATE = 1;
const DIRECTORY = 2;
const EXCLUSIVE = 4;
const TRUNCATE = 8;
/** Of the flags of a descriptor. */
const APPEND = 1;
const RIGHT_READ = 1n << 1n;
const RIGHT_WRITE = 1n << 6n;

type Call = (...args: never[]) => number;

export class WasiFiles {
  /** Each answers for descriptors from 3 on. */
  readonly calls: Readonly<Record<string, Call>>;
  readonly #granted: GrantedFiles;
  readonly #tree: GrantedTree;
  readonly #memory: GuestMemory;
  readonly #open: OpenTable;

  constructor(granted: GrantedFiles, memory: GuestMemory, most: number) {
    this.#granted = granted;
    this.#tree = granted.tree;
    this.#memory = memory;
    this.#open = new OpenTable(granted, most);
    this.calls = Object.fromEntries(
      Object.entries({ ...this.#descriptorCalls(), ...this.#pathCalls() }).map(([name, call]) => [
        name,
        (...args: never[]) => guarded(() => call(...args) ?? 0),
      ]),
    );
  }

  /** Writes what was left open. False where that fails. */
  finish(): boolean {
    return this.#open.finish();
  }

  #descriptorCalls(): Record<string, (...args: never[]) => number | undefined | void> {
    const known = (fd: number): void => void this.#open.at(fd);
    return {
      fd_advise: known,
      fd_close: (fd: number) => this.#open.close(fd),
      fd_datasync: (fd: number) => this.#open.save(fd),
      fd_sync: (fd: number) => this.#open.save(fd),
      fd_fdstat_get: (fd: number, result: number) => {
        const at = this.#open.at(fd);
        writeDescription(this.#memory, result, at.kind, at.kind === 'file' && at.appends ? APPEND : 0);
      },
      fd_fdstat_set_flags: known,
      fd_filestat_get: (fd: number, result: number) =>
        writeStat(this.#memory, result, this.#entryOf(this.#open.at(fd))),
      fd_filestat_set_size: (fd: number, size: bigint) => this.#open.file(fd).resize(Number(size)),
      fd_filestat_set_times: known,
      fd_pread: (fd: number, vectors: number, count: number, at: bigint, result: number) =>
        void this.#read(this.#open.file(fd), Number(at), vectors, count, result),
      fd_prestat_get: (fd: number, result: number) => writePrestat(this.#memory, result, this.#open.nameOf(fd)),
      fd_prestat_dir_name: (fd: number, pointer: number, length: number) => {
        const name = Buffer.from(this.#open.nameOf(fd));
        this.#memory.bytes(pointer, length).set(name.subarray(0, length >>> 0));
      },
      fd_pwrite: (fd: number, vectors: number, count: number, at: bigint, result: number) =>
        void this.#write(this.#open.file(fd), Number(at), vectors, count, result),
      fd_read: (fd: number, vectors: number, count: number, result: number) => {
        const file = this.#open.file(fd);
        file.position += this.#read(file, file.position, vectors, count, result);
      },
      fd_readdir: (fd: number, buffer: number, length: number, cookie: bigint, result: number) => {
        const at = this.#open.directory(fd);
        if (cookie === 0n || at.names === undefined) at.names = this.#namesIn(at.path);
        const used = writeEntries(this.#memory.bytes(buffer, length), at.names, Number(cookie));
        writeCount(this.#memory, result, used);
      },
      fd_seek: (fd: number, offset: bigint, whence: number, result: number) => {
        const file = this.#open.file(fd);
        const start = [0, file.position, file.size][whence] ?? fail('EINVAL');
        const position = start + Number(offset);
        if (!Number.isSafeInteger(position) || position < 0) fail('EINVAL');
        file.position = position;
        writeOffset(this.#memory, result, position);
      },
      fd_tell: (fd: number, result: number) => writeOffset(this.#memory, result, this.#open.file(fd).position),
      fd_write: (fd: number, vectors: number, count: number, result: number) => {
        const file = this.#open.file(fd);
        const from = file.appends ? file.size : file.position;
        file.position = from + this.#write(file, from, vectors, count, result);
      },
    };
  }

  #pathCalls(): Record<string, (...args: never[]) => number | undefined | void> {
    return {
      path_create_directory: (fd: number, pointer: number, length: number) =>
        got(this.#tree.makeDirectory(this.#path(fd, pointer, length))),
      path_filestat_get: (fd: number, _flags: number, pointer: number, length: number, result: number) =>
        writeStat(this.#memory, result, this.#entryAt(this.#path(fd, pointer, length))),
      path_filestat_set_times: (fd: number) => void this.#open.directory(fd),
      path_open: (...given: OpenArguments) => this.#openPath(given),
      path_remove_directory: (fd: number, pointer: number, length: number) =>
        got(this.#tree.removeDirectory(this.#path(fd, pointer, length))),
      path_rename: (fd: number, from: number, fromLength: number, toFd: number, to: number, toLength: number) =>
        got(this.#tree.rename(this.#path(fd, from, fromLength), this.#path(toFd, to, toLength))),
      path_unlink_file: (fd: number, pointer: number, length: number) =>
        got(this.#tree.remove(this.#path(fd, pointer, length))),
    };
  }

  #openPath([fd, , pointer, length, how, rights, , flags, result]: OpenArguments): void {
    const path = this.#path(fd, pointer, length);
    if (!this.#open.mayOpenMore()) fail('ENOSPC');
    const found = this.#tree.entry(path);
    const isMade = !found.ok && found.code === 'ENOENT' && (how & CREATE) !== 0;
    const mayWrite = (rights & RIGHT_WRITE) !== 0n || isMade || (how & TRUNCATE) !== 0;
    if (!found.ok && !isMade) this.#refuse(path, found.code, mayWrite ? 'write' : 'read');
    if (found.ok && (how & EXCLUSIVE) !== 0 && (how & CREATE) !== 0) fail('EEXIST');
    if (found.ok && found.value.kind === 'directory') {
      if (mayWrite && (how & DIRECTORY) === 0) fail('EISDIR');
      writeCount(this.#memory, result, this.#open.addDirectory(path));
      return;
    }
    if ((how & DIRECTORY) !== 0) fail('ENOTDIR');
    const mayRead = (rights & RIGHT_READ) !== 0n;
    if (mayWrite && !this.#tree.may(path, 'write')) fail('EACCES');
    if (mayRead && !this.#tree.may(path, 'read')) fail('EACCES');
    const isEmpty = isMade || (how & TRUNCATE) !== 0;
    const contents = isEmpty ? undefined : this.#load(path, mayRead);
    const given = { mayRead, mayWrite, appends: (flags & APPEND) !== 0 };
    writeCount(this.#memory, result, this.#open.addFile(path, contents, given));
  }

  #load(path: string, mayRead: boolean): Uint8Array {
    const read = mayRead ? this.#granted.read(path) : this.#granted.readToWrite(path);
    return read.ok ? read.value : fail(read.code ?? 'EIO');
  }

  #refuse(path: string, code: string, act: 'read' | 'write'): never {
    if (code === 'EACCES') this.#tree.deny(path, act);
    return fail(code);
  }

  /** What leads out of its directory is looked at like all else: it is granted or it is not. */
  #path(fd: number, pointer: number, length: number): string {
    const { path } = this.#open.directory(fd);
    const given = Buffer.from(this.#memory.bytes(pointer, length)).toString();
    return this.#granted.reach.absolute(resolve(path, given)) ?? fail('EINVAL');
  }

  #read(file: OpenFile, from: number, vectors: number, count: number, result: number): number {
    const read = file.read(from, this.#memory.vectors(vectors, count));
    writeCount(this.#memory, result, read);
    return read;
  }

  #write(file: OpenFile, from: number, vectors: number, count: number, result: number): number {
    const written = file.write(from, this.#memory.vectors(vectors, count));
    writeCount(this.#memory, result, written);
    return written;
  }

  #entryOf(at: OpenDirectory | OpenFile): Entry {
    if (at.kind === 'directory') return this.#entryAt(at.path);
    const found = this.#tree.entry(at.path);
    return { kind: 'file', changedAt: found.ok ? found.value.changedAt : 0, size: at.size };
  }

  #entryAt(path: string): Entry {
    const found = this.#tree.entry(path);
    return found.ok ? found.value : this.#refuse(path, found.code, 'read');
  }

  #namesIn(path: string): readonly Name[] {
    const names = this.#tree.names(path);
    if (!names.ok) return this.#refuse(path, names.code, 'read');
    return ['.', '..', ...names.value].map((name) => {
      const entry = name === '.' || name === '..' ? undefined : this.#tree.entry(resolve(path, name));
      return { name, kind: entry?.ok === true ? entry.value.kind : 'directory' };
    });
  }
}

/** Of `path_open`: descriptor, flags of the path, the path, how, rights, inherited rights, flags of the descriptor, where it is written. */
type OpenArguments = [number, number, number, number, number, bigint, bigint, number, number];

function got<T>(done: Done<T>): T {
  return done.ok ? done.value : fail(done.code);
}
