/** Files of the machine that an embedded step was granted: each act is looked at here, by the path as given and by where it really is. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Grants, LimitName, Limits } from '../contract.ts';
import { OVER_LIMIT } from '../kinds/run-files.ts';
import { type Prompt, receive } from '../prompt/typing.ts';
import { EMBEDDED_MEMORY, size as sizeText } from '../limits.ts';
import type { Denial } from './denial.ts';
import { type FileAct, FileReach, type FileRefused } from './file-reach.ts';
import { GrantedTree } from './granted-tree.ts';
import { appendFile } from './append-file.ts';
import { Pattern, realOf } from './pattern.ts';
import { replaceFile } from './replace-file.ts';

export type Granted<T> = { readonly ok: true; readonly value: T } | FileRefused;

const CHUNK = 1024 * 1024;
const MOST_FILES = 10_000;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

export class GrantedFiles {
  /** How many links `list` has left out. */
  links = 0;
  readonly reach: FileReach;
  readonly tree: GrantedTree;
  /** Which limit the step ran into, whether or not it noticed. */
  exceeded: Extract<LimitName, 'memory' | 'files'> | undefined;
  readonly #prompt: Prompt | undefined;
  readonly #mostBytes: number;
  readonly #largest: number;
  #writtenBytes = 0;
  #writtenFiles = 0;

  /** Without grants, nothing is granted. */
  constructor(grants: Grants | undefined, limits: Pick<Limits, 'memory' | 'files'>, prompt?: Prompt) {
    this.#prompt = prompt;
    this.reach = new FileReach(grants);
    this.tree = new GrantedTree(this.reach);
    this.#mostBytes = limits.memory ?? EMBEDDED_MEMORY;
    this.#largest = limits.files ?? Number.POSITIVE_INFINITY;
  }

  /** The last act that was denied, whether or not the step noticed. */
  get denied(): Denial | undefined {
    return this.reach.denied;
  }

  /** The file's size in bytes. */
  size(given: string): Granted<number> {
    // How much will be typed is not known before.
    if (given === this.#prompt?.key) return { ok: true, value: 0 };
    return this.#reading(given, 'read', (_file, size) => size);
  }

  read(given: string): Granted<Uint8Array> {
    if (this.#prompt !== undefined && given === this.#prompt.key) return { ok: true, value: receive(this.#prompt) };
    return this.#reading(given, 'read', (file, size) => contentsOf(file, size));
  }

  /** What is there already, for whoever keeps it from the step and writes it back with changes. */
  readToWrite(given: string): Granted<Uint8Array> {
    return this.#reading(given, 'write', (file, size) => contentsOf(file, size));
  }

  /** Writes the file whole or not at all, in place of the one that is there, with the directories on the way. */
  write(given: string, contents: Uint8Array): Granted<undefined> {
    return this.#writing(given, contents, (target) => replaceFile(target, contents));
  }

  #writing(given: string, contents: Uint8Array, write: (target: string) => void): Granted<undefined> {
    const path = this.#pathOf(given, 'write');
    if (typeof path !== 'string') return path;
    if (contents.length > this.#largest) return this.#over('files', given, contents.length);
    if (this.#writtenBytes + contents.length > this.#mostBytes) return this.#over('memory', given, contents.length);
    if (this.#writtenFiles >= MOST_FILES)
      return refused(`The step has written ${MOST_FILES} files, and may write no more; put them into one archive`);
    try {
      const directory = realOf(dirname(path));
      const target = join(directory, basename(path));
      const denied = this.reach.deny(given, target, 'write', true);
      if (denied !== undefined) return denied;
      mkdirSync(directory, { recursive: true });
      write(target);
      this.#writtenBytes += contents.length;
      this.#writtenFiles += 1;
      return { ok: true, value: undefined };
    } catch (error) {
      return outOfReach(given, 'written', codeOf(error));
    }
  }

  /** Writes behind what the file has, and makes it, with the directories on the way, where it is not there. */
  append(given: string, contents: Uint8Array): Granted<undefined> {
    return this.#writing(given, contents, (target) => appendFile(target, contents));
  }

  /** The files that match, of those that may be read, or written: relative where they are below the workflow's directory. Links are left out. */
  list(given: string, act: FileAct = 'read'): Granted<readonly string[]> {
    const absolute = this.reach.absolute(given);
    if (absolute === undefined) return refused(`${JSON.stringify(given.slice(0, 200))} is no path`);
    const wanted = Pattern.from(given, this.reach.directory);
    const { base } = wanted;
    const mayEnter = (directory: string): boolean =>
      wanted.mayLeadInto(directory) && this.reach.mayEnter(directory, act, false);
    if (!mayEnter(base)) return this.reach.denial(given, absolute, act);
    const found: string[] = [];
    const waiting = [base];
    try {
      const real = realOf(base);
      const denied = real === base ? undefined : this.reach.deny(given, join(real, 'any'), act, true);
      if (denied !== undefined) return denied;
      for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
        for (const entry of readdirSync(directory, { withFileTypes: true })) {
          const path = join(directory, entry.name);
          if (entry.isSymbolicLink() && (wanted.matches(path) || mayEnter(path))) this.links += 1;
          if (entry.isDirectory() && mayEnter(path)) waiting.push(path);
          if (!entry.isFile() || !wanted.matches(path) || !this.reach.allows(path, act, false)) continue;
          if (found.push(path) > MOST_FILES)
            return refused(`${JSON.stringify(given)} matches more than ${MOST_FILES} files; name fewer`);
        }
      }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return outOfReach(given, 'listed', codeOf(error));
    }
    return { ok: true, value: found.map((path) => this.reach.shown(path)).sort() };
  }

  #reading<T>(given: string, act: FileAct, use: (file: number, size: number) => T): Granted<T> {
    const path = this.#pathOf(given, act);
    if (typeof path !== 'string') return path;
    let file: number | undefined;
    try {
      const real = realpathSync(path);
      const denied = this.reach.deny(given, real, act, true);
      if (denied !== undefined) return denied;
      file = openSync(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const stat = fstatSync(file);
      // What became a link between the two looks shows here.
      if (!stat.isFile() || realpathSync(real) !== real || lstatSync(real).ino !== stat.ino)
        return refused(`${JSON.stringify(given)} is not a file`);
      if (stat.size > this.#mostBytes) return this.#over('memory', given, stat.size);
      return { ok: true, value: use(file, stat.size) };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT') return refused(`There is no file ${JSON.stringify(given)}`, code);
      return code === 'ENXIO' ? refused(`${JSON.stringify(given)} is not a file`) : outOfReach(given, 'read', code);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** The absolute path, if it is granted as it is called; nothing of the machine has been looked at then. */
  #pathOf(given: string, act: FileAct): string | FileRefused {
    const path = this.reach.absolute(given);
    if (path === undefined) return refused(`${JSON.stringify(given.slice(0, 200))} is no path of a file`);
    return this.reach.deny(given, path, act, false) ?? path;
  }

  #over(limit: 'memory' | 'files', path: string, bytes: number): FileRefused {
    this.exceeded = limit;
    const message = `The file ${JSON.stringify(path)} has ${sizeText(bytes)}${OVER_LIMIT}${limit}`;
    return refused(message, limit === 'files' ? 'EFBIG' : 'ENOSPC');
  }
}

function contentsOf(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const read = readSync(file, bytes, at, Math.min(CHUNK, size - at), null);
    if (read === 0) return bytes.subarray(0, at);
    at += read;
  }
  return bytes;
}

function outOfReach(given: string, act: string, code: string): FileRefused {
  return refused(`${JSON.stringify(given)} cannot be ${act}: ${code}`, code);
}

function refused(message: string, code?: string): FileRefused {
  return { ok: false, message, ...(code !== undefined && { code }) };
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  throw error;
}
