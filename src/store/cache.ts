/** Finds what an earlier run gave for the same step, and keeps what this one gives. */
import { chmodSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { filesIn } from '../../runners/kinds/find.ts';
import { own } from '../../runners/value.ts';
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { CachedFrom, Said } from '../model/event.ts';
import type { Step } from '../model/step.ts';
import { type Contents, type Kept, sha256 } from './contents.ts';
import type { Database } from './database.ts';
import { filesMatching } from '../globs.ts';
import { manifestOf } from './manifest.ts';
import type { Row, Statement } from './sqlite.ts';

/** What a step has written, to be put back with its output. */
interface WrittenFile {
  /** Where `path` begins: where the step ran, or the directory that the run's steps share. */
  readonly base: 'cwd' | 'workdir';
  readonly path: string;
  readonly mode: number;
  /** In hexadecimal digits. */
  readonly hash: string;
}

/** What is known of a step that was asked about, until it has succeeded. */
export interface Pending {
  readonly key: Buffer;
  /** JSON. */
  readonly manifest: string;
  /** When what was found was last used. */
  usedAt?: number;
  readonly written: { files: readonly WrittenFile[]; kept: readonly Kept[] };
  /** What was found, as it lies in the database. */
  found?: Kept;
  /** What `changes` said before it was found; absent where nobody asked. */
  foundAt?: number | undefined;
}

export interface Peeked {
  readonly output: EncodedValue;
  readonly said?: Said;
  readonly hash: string;
  readonly from: CachedFrom;
}

const COLUMNS = `cache.run AS run, cache.step AS step, cache.output AS output, cache.files AS files,
  cache.used_at AS used_at, cache.said AS said, contents.size AS size, contents.form AS form, contents.data AS data`;
/** Larger outputs, in bytes, are read when they are asked for. */
const SMALL = 4096;
const MOST_AHEAD = 20_000;

/** How exactly it is known when an entry was last used. */
const TOUCH_MS = 3_600_000;

export class Cache {
  readonly #contents: Contents;
  readonly #salt: Uint8Array;
  readonly #find: Statement;
  readonly #ofRun: Statement;
  /** Rows by key in hexadecimal digits, each until it is taken. */
  readonly #ahead = new Map<string, Row>();
  #aheadAt = 0;
  readonly #database: Database;
  readonly #put: Statement;
  readonly #touch: Statement;

  constructor(database: Database, contents: Contents) {
    this.#contents = contents;
    this.#database = database;
    this.#salt = saltOf(database);
    this.#find = database.prepare(
      `SELECT ${COLUMNS} FROM cache LEFT JOIN contents ON contents.hash = cache.output WHERE cache.key = ?`,
    );
    this.#ofRun = database.prepare(
      `SELECT cache.key AS key, ${COLUMNS} FROM steps JOIN cache ON cache.key = steps.cache_key
       JOIN contents ON contents.hash = cache.output
       WHERE steps.run = (SELECT max(key) FROM runs WHERE workflow = ? AND id <> ?) AND contents.size <= ? LIMIT ?`,
    );
    this.#put = database.prepare('INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#touch = database.prepare('UPDATE cache SET used_at = ? WHERE key = ?');
  }

  /** Most steps did the same in the run before: one question to the database in place of one for each. */
  readAhead(workflow: string, run: string): void {
    this.#aheadAt = this.#database.changes();
    for (const row of this.#ofRun.all(workflow, run, SMALL, MOST_AHEAD)) {
      this.#ahead.set(Buffer.from(row['key'] as Uint8Array).toString('hex'), row);
    }
  }

  #rowOf(pending: Pending): Row | undefined {
    const name = pending.key.toString('hex');
    const ahead = this.#ahead.get(name);
    if (ahead === undefined) return this.#find.all(pending.key)[0];
    this.#ahead.delete(name);
    pending.foundAt = this.#aheadAt;
    return ahead;
  }

  /** Whether what was found is there for certain: nobody else has changed anything since. Within a transaction of the caller's. */
  isThere({ found, foundAt }: Pending): boolean {
    return found !== undefined && foundAt === this.#database.changes();
  }

  /** Throws where a file that the step reads cannot be read. */
  async ask(step: Step, job: Job): Promise<Pending> {
    const manifest = await manifestOf(step, job, { contents: this.#contents, salt: this.#salt });
    const text = JSON.stringify(manifest);
    return { key: sha256(text), manifest: text, written: { files: [], kept: [] } };
  }

  /** Puts the files back that the step wrote then; nothing if anything of it is gone or damaged. */
  recall(pending: Pending, job: Job): { output: EncodedValue; from: CachedFrom; said?: Said } | undefined {
    const row = this.#rowOf(pending);
    if (row === undefined || row['form'] === null) return undefined;
    const hash = Buffer.from(row['output'] as Uint8Array);
    const bytes = this.#contents.readFrom(hash, row);
    if (bytes === undefined || !this.#restore(row, job)) return undefined;
    pending.usedAt = Number(row['used_at']);
    const output = own(bytes);
    this.#contents.know(output, hash);
    const [form, size] = [row['form'] as Kept['form'], Number(row['size'])];
    // A file has to be looked at again before a row may speak of it.
    if (form !== 'file') pending.found = { hash, size, form, data: row['data'] as Uint8Array };
    return { output, from: fromOf(row), ...saidOf(row) };
  }

  /** What `recall` would give, with the output's hash in hexadecimal digits; nothing is put back. */
  peek({ key }: Pending): Peeked | undefined {
    const [row] = this.#find.all(key);
    const hash = row?.['output'] as Uint8Array | undefined;
    const bytes = hash && this.#contents.read(hash);
    if (row === undefined || hash === undefined || bytes === undefined) return undefined;
    return { output: own(bytes), hash: Buffer.from(hash).toString('hex'), from: fromOf(row), ...saidOf(row) };
  }

  /** Takes the contents of what the step has written, before another step may change them. */
  async collect({ written }: Pending, step: Step, job: Job, output: EncodedValue): Promise<void> {
    const files: WrittenFile[] = [];
    const kept: Kept[] = [];
    const wanted = [
      ...filesMatching(step.writes ?? [], job.cwd).map((path) => ({ base: 'cwd' as const, path })),
      ...filesIn(output).map(({ path }) => ({ base: 'workdir' as const, path })),
    ];
    for (const { base, path } of wanted) {
      const file = resolve(job[base], path);
      const one = await this.#contents.prepare(await readFile(file));
      kept.push(one);
      files.push({ base, path, mode: statSync(file).mode & 0o777, hash: Buffer.from(one.hash).toString('hex') });
    }
    Object.assign(written, { files, kept });
  }

  /** Within a transaction of the caller's. */
  insert(
    { key, manifest, usedAt = 0, written }: Pending,
    {
      run,
      step,
      output,
      cached,
      at,
      said,
    }: {
      run: string;
      step: string;
      output: Uint8Array;
      cached: CachedFrom | undefined;
      at: number;
      said: Said | undefined;
    },
  ): void {
    if (cached !== undefined) {
      if (at - usedAt > TOUCH_MS) this.#touch.run(at, key);
      return;
    }
    for (const one of written.kept) this.#contents.insert(one);
    const files = written.files.length === 0 ? null : JSON.stringify(written.files);
    this.#put.run(key, run, step, output, manifest, at, at, files, said === undefined ? null : JSON.stringify(said));
  }

  #restore(row: Row, job: Job): boolean {
    if (row['files'] === null) return true;
    const files = JSON.parse(String(row['files'])) as WrittenFile[];
    const contents = files.map(({ hash }) => this.#contents.read(Buffer.from(hash, 'hex')));
    if (contents.includes(undefined)) return false;
    try {
      for (const [index, { base, path, mode }] of files.entries()) {
        if (base === 'workdir') mkdirSync(job.workdir, { recursive: true, mode: 0o700 });
        putFile(join(job[base], path), contents[index]!, mode, job[base]);
      }
      return true;
    } catch {
      // The step itself will tell what is in its way.
      return false;
    }
  }
}

export function saltOf(database: Database): Uint8Array {
  return database.prepare('SELECT value FROM salt').all()[0]!['value'] as Uint8Array;
}

function saidOf(row: Row): { said?: Said } {
  return row['said'] === null ? {} : { said: JSON.parse(String(row['said'])) as Said };
}

function fromOf(row: Row): CachedFrom {
  return { run: String(row['run']), step: String(row['step']) };
}

function putFile(path: string, content: Uint8Array, mode: number, cwd: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const folder = realpathSync(dirname(path)) + sep;
  if (!folder.startsWith(realpathSync(cwd) + sep)) throw new Error('A link leads out of the working directory');
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
}
