/** Granted files for WASI: their directories are open from the start, a file is read as it is opened and written as it is closed. */
import { resolve } from 'node:path';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { Done, GrantedTree } from '../grants/granted-tree.ts';

const ERRNO: Readonly<Record<string, number>> = {
  EACCES: 2,
  EBADF: 8,
  EEXIST: 20,
  EFBIG: 22,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ENOENT: 44,
  ENOSPC: 51,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  EPERM: 63,
};
/** Those of a directory and of a file. */
const TYPE = { directory: 3, file: 4 } as const;
const CREATE = 1;
const DIRECTORY = 2;
const EXCLUSIVE = 4;
const TRUNCATE = 8;
const APPEND = 1;
const RIGHT_READ = 1n << 1n;
const RIGHT_WRITE = 1n << 6n;
const ALL_RIGHTS = (1n << 30n) - 1n;
const FIRST = 3;
const MOST_OPEN = 1024;
const DIRENT_BYTES = 24;

interface OpenDirectory {
  readonly kind: 'directory';
  readonly path: string;
  /** By which it is open from the start. */
  readonly name?: string;
  entries?: readonly { readonly name: string; readonly type: number }[];
}

interface OpenFile {
  readonly kind: 'file';
  readonly path: string;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly appends: boolean;
  contents: Uint8Array;
  size: number;
  position: number;
  isDirty: boolean;
}

/** The module's memory, as it is at the moment of the call. */
export interface GuestMemory {
  view(): DataView;
  bytes(pointer: number, length: number): Uint8Array;
  /** The pieces that an array of vectors names. */
  vectors(pointer: number, count: number): Uint8Array[];
}

type Calls = Readonly<Record<string, (...args: never[]) => number>>;

/** Its numbers are those of WASI: an error's word that has none is that of input and output. */
export class WasiFiles {
  readonly #granted: GrantedFiles;
  readonly #tree: GrantedTree;
  readonly #memory: GuestMemory;
  /** Of all that is open, in bytes. */
  readonly #most: number;
  readonly #open = new Map<number, OpenDirectory | OpenFile>();

  constructor(granted: GrantedFiles, memory: GuestMemory, most: number) {
    this.#granted = granted;
    this.#tree = granted.tree;
    this.#memory = memory;
    this.#most = most;
    const { bases, directory } = granted.reach;
    if (bases.length === 0) return;
    const places = new Map([['.', directory], [directory, directory], ...bases.map((base) => [base, base] as const)]);
    for (const [name, path] of places) this.#open.set(FIRST + this.#open.size, { kind: 'directory', path, name });
  }

  /** Those that have to do with files; each answers for descriptors from 3 on. */
  get calls(): Calls {
    const ok = (): number => 0;
    const onFile =
      <A extends unknown[]>(call: (file: OpenFile, ...args: A) => number) =>
      (fd: number, ...args: A): number =>
        this.#guarded(() => call(this.#file(fd), ...args));
    const onPath =
      (call: (path: string) => Done<unknown>) =>
      (fd: number, pointer: number, length: number): number =>
        this.#guarded(() => {
          got(call(this.#path(fd, pointer, length)));
          return 0;
        });
    const known = (fd: number): number => (this.#open.has(fd) ? 0 : ERRNO['EBADF']!);
    return {
      fd_advise: known,
      fd_close: (fd: number) => this.#guarded(() => this.#close(fd)),
      fd_datasync: onFile((file) => this.#save(file)),
      fd_sync: onFile((file) => this.#save(file)),
      fd_fdstat_get: (fd: number, result: number) => this.#guarded(() => this.#describe(fd, result)),
      fd_fdstat_set_flags: known,
      fd_filestat_get: (fd: number, result: number) => this.#guarded(() => this.#stat(this.#at(fd), result)),
      fd_filestat_set_size: onFile((file, size: bigint) => this.#resize(file, Number(size))),
      fd_filestat_set_times: known,
      fd_pread: onFile((file, vectors: number, count: number, at: bigint, result: number) =>
        this.#read(file, Number(at), vectors, count, result),
      ),
      fd_prestat_get: (fd: number, result: number) => this.#guarded(() => this.#prestat(fd, result)),
      fd_prestat_dir_name: (fd: number, pointer: number, length: number) =>
        this.#guarded(() => this.#prestatName(fd, pointer, length)),
      fd_pwrite: onFile((file, vectors: number, count: number, at: bigint, result: number) =>
        this.#write(file, Number(at), vectors, count, result),
      ),
      fd_read: onFile((file, vectors: number, count: number, result: number) => {
        const before = file.position;
        const status = this.#read(file, before, vectors, count, result);
        if (status === 0) file.position = before + this.#memory.view().getUint32(result >>> 0, true);
        return status;
      }),
      fd_readdir: (fd: number, buffer: number, length: number, cookie: bigint, result: number) =>
        this.#guarded(() => this.#readDirectory(fd, buffer, length, Number(cookie), result)),
      fd_seek: onFile((file, offset: bigint, whence: number, result: number) => {
        const start = [0, file.position, file.size][whence] ?? fail('EINVAL');
        const position = start + Number(offset);
        if (!Number.isSafeInteger(position) || position < 0) fail('EINVAL');
        file.position = position;
        return this.#answer64(result, position);
      }),
      fd_tell: onFile((file, result: number) => this.#answer64(result, file.position)),
      fd_write: onFile((file, vectors: number, count: number, result: number) => {
        const before = file.appends ? file.size : file.position;
        const status = this.#write(file, before, vectors, count, result);
        if (status === 0) file.position = before + this.#memory.view().getUint32(result >>> 0, true);
        return status;
      }),
      path_create_directory: onPath((path) => this.#tree.makeDirectory(path)),
      path_filestat_get: (fd: number, _flags: number, pointer: number, length: number, result: number) =>
        this.#guarded(() => this.#stat({ path: this.#path(fd, pointer, length) }, result)),
      path_filestat_set_times: ok,
      path_open: (...given: Parameters<WasiFiles['openPath']>) => this.#guarded(() => this.openPath(...given)),
      path_remove_directory: onPath((path) => this.#tree.removeDirectory(path)),
      path_rename: (fd: number, from: number, fromLength: number, toFd: number, to: number, toLength: number) =>
        this.#guarded(() => {
          got(this.#tree.rename(this.#path(fd, from, fromLength), this.#path(toFd, to, toLength)));
          return 0;
        }),
      path_unlink_file: onPath((path) => this.#tree.remove(path)),
    };
  }

  /** Writes what was left open; an error's number where that fails. */
  finish(): number {
    for (const each of this.#open.values()) {
      const status = each.kind === 'file' ? this.#guarded(() => this.#save(each)) : 0;
      if (status !== 0) return status;
    }
    return 0;
  }

  /** `path_open`, with the arguments of that. */
  openPath(
    fd: number,
    _follow: number,
    pointer: number,
    length: number,
    how: number,
    rights: bigint,
    _inherited: bigint,
    flags: number,
    result: number,
  ): number {
    const path = this.#path(fd, pointer, length);
    if (this.#open.size >= MOST_OPEN) fail('ENOSPC');
    const found = this.#tree.entry(path);
    const isMade = !found.ok && found.code === 'ENOENT' && (how & CREATE) !== 0;
    if (!found.ok && !isMade) {
      if (found.code === 'EACCES') this.#tree.deny(path, (rights & RIGHT_WRITE) === 0n ? 'read' : 'write');
      return fail(found.code);
    }
    if (found.ok && (how & EXCLUSIVE) !== 0 && (how & CREATE) !== 0) fail('EEXIST');
    if (found.ok && found.value.kind === 'directory') {
      if ((rights & RIGHT_WRITE) !== 0n && (how & DIRECTORY) === 0) fail('EISDIR');
      return this.#add({ kind: 'directory', path }, result);
    }
    if ((how & DIRECTORY) !== 0) fail('ENOTDIR');
    const isEmpty = isMade || (how & TRUNCATE) !== 0;
    const mayWrite = (rights & RIGHT_WRITE) !== 0n || isEmpty;
    const mayRead = (rights & RIGHT_READ) !== 0n;
    if (mayWrite && !this.#tree.may(path, 'write')) fail('EACCES');
    if (mayRead && !this.#tree.may(path, 'read')) fail('EACCES');
    const contents = isEmpty ? new Uint8Array() : this.#load(path, mayRead);
    this.#hold(contents.length);
    const file: OpenFile = {
      kind: 'file',
      path,
      mayRead,
      mayWrite,
      appends: (flags & APPEND) !== 0,
      contents,
      size: contents.length,
      position: 0,
      isDirty: isEmpty,
    };
    return this.#add(file, result);
  }

  #load(path: string, mayRead: boolean): Uint8Array {
    const read = mayRead ? this.#granted.read(path) : this.#granted.readToWrite(path);
    return read.ok ? read.value : fail(read.code ?? 'EIO');
  }

  #guarded(call: () => number): number {
    try {
      return call();
    } catch (error) {
      if (error instanceof Failed) return error.errno;
      throw error;
    }
  }

  #at(fd: number): OpenDirectory | OpenFile {
    return this.#open.get(fd) ?? fail('EBADF');
  }

  #file(fd: number): OpenFile {
    const at = this.#at(fd);
    return at.kind === 'file' ? at : fail('EISDIR');
  }

  /** What leads out of its directory is looked at like all else: it is granted or it is not. */
  #path(fd: number, pointer: number, length: number): string {
    const at = this.#at(fd);
    if (at.kind === 'file') fail('ENOTDIR');
    const given = Buffer.from(this.#memory.bytes(pointer, length)).toString();
    const path = resolve(at.path, given);
    return this.#granted.reach.absolute(path) ?? fail('EINVAL');
  }

  #add(opened: OpenDirectory | OpenFile, result: number): number {
    let fd = FIRST;
    while (this.#open.has(fd)) fd += 1;
    this.#open.set(fd, opened);
    this.#memory.view().setUint32(result >>> 0, fd, true);
    return 0;
  }

  #close(fd: number): number {
    const at = this.#at(fd);
    this.#open.delete(fd);
    return at.kind === 'file' ? this.#save(at) : 0;
  }

  #save(file: OpenFile): number {
    if (!file.isDirty) return 0;
    file.isDirty = false;
    const written = this.#granted.write(file.path, file.contents.subarray(0, file.size));
    return written.ok ? 0 : fail(written.code ?? 'EIO');
  }

  #hold(more: number): void {
    let held = more;
    for (const each of this.#open.values()) if (each.kind === 'file') held += each.contents.length;
    if (held <= this.#most) return;
    this.#granted.exceeded = 'memory';
    fail('ENOSPC');
  }

  #resize(file: OpenFile, size: number): number {
    if (!file.mayWrite) fail('EBADF');
    if (!Number.isSafeInteger(size) || size < 0) fail('EINVAL');
    if (size > file.contents.length) {
      const room = Math.max(size, Math.min(file.contents.length * 2, file.contents.length + (1 << 26)));
      this.#hold(room);
      const contents = new Uint8Array(room);
      contents.set(file.contents.subarray(0, file.size));
      file.contents = contents;
    }
    if (size < file.size) file.contents.fill(0, size, file.size);
    file.size = size;
    file.isDirty = true;
    return 0;
  }

  #read(file: OpenFile, from: number, vectors: number, count: number, result: number): number {
    if (!file.mayRead) fail('EBADF');
    let at = from;
    for (const target of this.#memory.vectors(vectors, count)) {
      const part = file.contents.subarray(Math.min(at, file.size), Math.min(file.size, at + target.length));
      target.set(part);
      at += part.length;
    }
    this.#memory.view().setUint32(result >>> 0, at - from, true);
    return 0;
  }

  #write(file: OpenFile, from: number, vectors: number, count: number, result: number): number {
    if (!file.mayWrite) fail('EBADF');
    const parts = this.#memory.vectors(vectors, count);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (from + length > file.size) this.#resize(file, from + length);
    let at = from;
    for (const part of parts) {
      file.contents.set(part, at);
      at += part.length;
    }
    file.isDirty = true;
    this.#memory.view().setUint32(result >>> 0, length, true);
    return 0;
  }

  #describe(fd: number, result: number): number {
    const at = this.#at(fd);
    this.#memory.bytes(result, 24).fill(0);
    const view = this.#memory.view();
    view.setUint8(result >>> 0, at.kind === 'file' ? TYPE.file : TYPE.directory);
    view.setUint16((result >>> 0) + 2, at.kind === 'file' && at.appends ? APPEND : 0, true);
    view.setBigUint64((result >>> 0) + 8, ALL_RIGHTS, true);
    view.setBigUint64((result >>> 0) + 16, ALL_RIGHTS, true);
    return 0;
  }

  #stat(at: OpenDirectory | OpenFile | { readonly path: string }, result: number): number {
    const isOpenFile = 'kind' in at && at.kind === 'file';
    const found = this.#tree.entry(at.path);
    if (!found.ok && !isOpenFile) {
      if (found.code === 'EACCES') this.#tree.deny(at.path, 'read');
      return fail(found.code);
    }
    const entry = found.ok ? found.value : { kind: 'file' as const, size: 0, changedAt: 0 };
    this.#memory.bytes(result, 64).fill(0);
    const view = this.#memory.view();
    const start = result >>> 0;
    view.setUint8(start + 16, TYPE[entry.kind]);
    view.setBigUint64(start + 24, 1n, true);
    view.setBigUint64(start + 32, BigInt(isOpenFile ? at.size : entry.size), true);
    for (const time of [40, 48, 56])
      view.setBigUint64(start + time, BigInt(Math.round(entry.changedAt * 1000)) * 1000n, true);
    return 0;
  }

  #prestat(fd: number, result: number): number {
    const at = this.#at(fd);
    if (at.kind === 'file' || at.name === undefined) return fail('EBADF');
    this.#memory.bytes(result, 8).fill(0);
    this.#memory.view().setUint32((result >>> 0) + 4, Buffer.byteLength(at.name), true);
    return 0;
  }

  #prestatName(fd: number, pointer: number, length: number): number {
    const at = this.#at(fd);
    if (at.kind === 'file' || at.name === undefined) return fail('EBADF');
    const name = Buffer.from(at.name);
    this.#memory.bytes(pointer, length).set(name.subarray(0, length >>> 0));
    return 0;
  }

  #readDirectory(fd: number, buffer: number, length: number, cookie: number, result: number): number {
    const at = this.#at(fd);
    if (at.kind === 'file') fail('ENOTDIR');
    if (cookie === 0 || at.entries === undefined) at.entries = this.#entriesOf(at.path);
    const target = this.#memory.bytes(buffer, length);
    let used = 0;
    for (const [index, { name, type }] of at.entries.entries()) {
      if (index < cookie || used >= target.length) continue;
      const bytes = Buffer.from(name);
      const entry = Buffer.alloc(DIRENT_BYTES + bytes.length);
      entry.writeBigUInt64LE(BigInt(index + 1), 0);
      entry.writeUInt32LE(bytes.length, 16);
      entry.writeUInt8(type, 20);
      bytes.copy(entry, DIRENT_BYTES);
      // The last one is cut where the room ends, by which the module sees that there is more.
      const part = entry.subarray(0, target.length - used);
      target.set(part, used);
      used += part.length;
    }
    this.#memory.view().setUint32(result >>> 0, used, true);
    return 0;
  }

  #entriesOf(path: string): readonly { readonly name: string; readonly type: number }[] {
    const names = this.#tree.names(path);
    if (!names.ok && names.code === 'EACCES') this.#tree.deny(path, 'read');
    return ['.', '..', ...got(names)].map((name) => {
      const entry = name === '.' || name === '..' ? undefined : this.#tree.entry(resolve(path, name));
      return { name, type: entry?.ok === true ? TYPE[entry.value.kind] : TYPE.directory };
    });
  }

  #answer64(result: number, value: number): number {
    this.#memory.view().setBigUint64(result >>> 0, BigInt(value), true);
    return 0;
  }
}

class Failed extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super('it failed');
    this.errno = errno;
  }
}

function fail(code: string): never {
  throw new Failed(ERRNO[code] ?? ERRNO['EIO']!);
}

function got<T>(done: Done<T>): T {
  return done.ok ? done.value : fail(done.code);
}
