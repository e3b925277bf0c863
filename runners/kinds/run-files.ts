/** The files of a run's own directory, for steps that have no other: nothing outside of it is read, written or followed to. */
import type { Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { LimitName, Limits } from '../contract.ts';
import { EMBEDDED_MEMORY, size as sizeText } from '../limits.ts';
import { filePath } from './file-path.ts';

export interface FileValue {
  /** Relative to the run's directory, with `/`. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** `message` is a sentence. */
export type FileRefusal = { readonly ok: false; readonly message: string };
type FileResult<T> = { readonly ok: true; readonly value: T } | FileRefusal;

/** What a refusal says when it is for a limit. */
export const OVER_LIMIT = ', which is over limits.';
const CHUNK = 1024 * 1024;
/** So many may one step write. */
const MOST_FILES = 10_000;
const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

export class RunFiles {
  /** Which limit the step ran into, whether or not it noticed. */
  exceeded: Extract<LimitName, 'memory' | 'files'> | undefined;
  readonly #workdir: string;
  readonly #mostBytes: number;
  readonly #largest: number;
  readonly #mostFiles: number;
  #writtenBytes = 0;
  #writtenFiles = 0;

  /** Of an embedded step; a process of the host has no limits here, since others hold it. */
  constructor(workdir: string, limits?: Pick<Limits, 'memory' | 'files'>, mostFiles: number = MOST_FILES) {
    this.#mostFiles = mostFiles;
    this.#workdir = workdir;
    this.#mostBytes = limits === undefined ? Number.POSITIVE_INFINITY : (limits.memory ?? EMBEDDED_MEMORY);
    this.#largest = limits?.files ?? Number.POSITIVE_INFINITY;
  }

  /** The file that is there now. */
  refer(given: string): FileResult<FileValue> {
    const path = filePath(given, this.#workdir);
    if (path === undefined) return outside(given);
    return this.#reading(path, (file, size) => {
      const chunk = new Uint8Array(CHUNK);
      return { ok: true, value: { path, sha256: hashOf(file, () => chunk), size } };
    });
  }

  /** Writes the file in place of whatever is there, with the directories on the way. */
  write(given: string, contents: Uint8Array): FileResult<FileValue> {
    const path = filePath(given, this.#workdir);
    if (path === undefined) return outside(given);
    if (contents.length > this.#largest) return this.#over('files', path, contents.length);
    if (this.#writtenBytes + contents.length > this.#mostBytes) return this.#over('memory', path, contents.length);
    if (this.#writtenFiles >= this.#mostFiles)
      return refused(`The step has written ${this.#mostFiles} files, and may write no more; put them into one archive`);
    try {
      const full = this.#way(path, true);
      if (typeof full !== 'string') return full;
      const file = create(full);
      try {
        if (!this.#isInside(full, path)) return refused(`The file "${path}" was moved away while it was written`);
        for (let at = 0; at < contents.length; ) at += writeSync(file, contents, at);
      } finally {
        closeSync(file);
      }
      this.#writtenBytes += contents.length;
      this.#writtenFiles += 1;
      const hash = sha256().update(contents).digest('hex');
      return { ok: true, value: { path, sha256: hash, size: contents.length } };
    } catch (error) {
      return refused(`The file "${path}" cannot be written: ${codeOf(error)}`);
    }
  }

  /** Whether a step that needs the whole file at once may have it. */
  admit({ path, size }: FileValue): FileResult<undefined> {
    return size >= 0 && size <= this.#mostBytes ? { ok: true, value: undefined } : this.#over('memory', path, size);
  }

  /** Fills `into`, which has the file's size; refuses a file that is not what it was when it was handed on. */
  readInto(value: FileValue, into: Uint8Array): FileResult<undefined> {
    const path = filePath(value.path, this.#workdir);
    if (path === undefined) return outside(value.path);
    return this.#reading(path, (file, size) => {
      if (size !== value.size || into.length !== size) return changed(path);
      let at = 0;
      const hash = hashOf(file, (read) => {
        at += read;
        return into.subarray(at, at + CHUNK);
      });
      return hash === value.sha256 ? { ok: true, value: undefined } : changed(path);
    });
  }

  /** As `readInto`, without keeping anything. */
  check(value: FileValue): FileResult<undefined> {
    const now = this.refer(value.path);
    if (!now.ok) return now;
    return now.value.sha256 === value.sha256 ? { ok: true, value: undefined } : changed(now.value.path);
  }

  #reading<T>(path: string, use: (file: number, size: number) => FileResult<T>): FileResult<T> {
    let file: number | undefined;
    try {
      const full = this.#way(path, false);
      if (typeof full !== 'string') return full;
      file = openSync(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const stat = fstatSync(file);
      if (!stat.isFile() || !this.#isInside(full, path)) return notAFile(path);
      return use(file, stat.size);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT')
        return refused(`There is no file "${path}" in the run's directory; write it there first ($HWFE_WORKDIR)`);
      return code === 'ELOOP' || code === 'ENXIO'
        ? notAFile(path)
        : refused(`The file "${path}" cannot be read: ${code}`);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** The absolute path, once every directory on the way is one, and no link to one. */
  #way(path: string, make: boolean): string | FileRefusal {
    if (this.#workdir === '') return refused('The step has no directory for files');
    let at = this.#workdir;
    for (const name of ['', ...path.split('/').slice(0, -1)]) {
      at = name === '' ? at : join(at, name);
      // A run of embedded steps has no directory before the first of them writes a file.
      const isMissing = make && lstatSync(at, { throwIfNoEntry: false }) === undefined;
      if (isMissing) mkdirSync(at, { mode: 0o700, recursive: name === '' });
      if (!lstatSync(at).isDirectory()) return notAFile(path);
    }
    return join(this.#workdir, path);
  }

  /** Asked once the file is open: what a link led to on the way shows here. */
  #isInside(full: string, path: string): boolean {
    return realpathSync(dirname(full)) === dirname(join(realpathSync(this.#workdir), path));
  }

  #over(limit: 'memory' | 'files', path: string, size: number): FileRefusal {
    this.exceeded = limit;
    return refused(`The file "${path}" has ${sizeText(size)}${OVER_LIMIT}${limit}`);
  }
}

/** What is there is replaced and never written to: it may be a link, or a file that another step still reads. */
function create(full: string): number {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  try {
    return openSync(full, flags, 0o600);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    unlinkSync(full);
    return openSync(full, flags, 0o600);
  }
}

/** Few steps have files, and loading the module takes a good part of a first step's time. */
function sha256(): Hash {
  return process.getBuiltinModule('node:crypto').createHash('sha256');
}

/** Reads to the end; `next` is told how much came and gives where more may go. */
function hashOf(file: number, next: (read: number) => Uint8Array): string {
  const hash = sha256();
  let buffer = next(0);
  let read = readSync(file, buffer, 0, buffer.length, null);
  while (read > 0) {
    hash.update(buffer.subarray(0, read));
    buffer = next(read);
    read = buffer.length === 0 ? 0 : readSync(file, buffer, 0, buffer.length, null);
  }
  return hash.digest('hex');
}

function outside(given: string): FileRefusal {
  const shown = JSON.stringify(given.slice(0, 200));
  return refused(`Name a file below the run's directory, such as "out/report.txt": ${shown} is not inside of it`);
}

function changed(path: string): FileRefusal {
  return refused(`The file "${path}" has changed since a step handed it on; write another file instead`);
}

function notAFile(path: string): FileRefusal {
  return refused(
    `"${path}" is not a file of the run's directory: links are not followed, and nothing else has contents`,
  );
}

function refused(message: string): FileRefusal {
  return { ok: false, message };
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  throw error;
}
