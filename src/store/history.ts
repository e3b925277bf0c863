/** Answers questions about past runs. */
import { own } from '../../runners/value.ts';
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { RunEvent, RunStatus, StopReason } from '../model/event.ts';
import type {
  GivenOptions,
  KeptValue,
  Manifest,
  PastRun,
  PastStatus,
  RunDefinition,
  StepCounts,
} from '../model/history.ts';
import { emptyRecord, fold, type RunRecord } from '../model/record.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Step } from '../model/workflow.ts';
import { Cache, type Peeked } from './cache.ts';
import { Contents } from './contents.ts';
import { type Database, explain, openDatabase } from './database.ts';
import { readDefinition } from './definition.ts';
import { type Collected, collectGarbage, type Retention } from './garbage.ts';
import { isAlive, thisProcess } from './owner.ts';
import { exportRun, importRun } from './portable.ts';
import type { Row, SqlValue } from './sqlite.ts';
import { eventOf, type PastEvent, withoutBytes } from './stored-event.ts';
import type { Wish } from './wishes.ts';

export interface RunFilter {
  readonly workflow?: string;
  /** Of the workflow file; absolute. */
  readonly path?: string;
  readonly status?: PastStatus;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** All of them. */
  readonly tags?: readonly string[];
  readonly limit?: number;
}

/** How a step stands, without its events. */
export interface PastStep {
  readonly step: string;
  readonly status: string;
  readonly startedAt?: number;
  readonly durationMs?: number;
  readonly output?: KeptValue;
  /** Under which its output is kept, where it was to be cached. */
  readonly key?: Uint8Array;
  /** The run from which the output was taken. */
  readonly cachedFrom?: string;
}

export interface LookedUp {
  readonly manifest: Manifest;
  readonly recalled?: Peeked;
}

/** The error is a sentence, or `absent` where nothing was ever remembered. */
export function openHistory(
  directory: string,
  { create = false }: { readonly create?: boolean } = {},
): Result<History, string> {
  const database = openDatabase(directory, { create });
  return database.ok ? ok(new History(database.value)) : fail(database.error);
}

export class History implements Disposable {
  readonly #database: Database;
  readonly #contents: Contents;
  #cache: Cache | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#contents = new Contents(database);
  }

  get directory(): string {
    return this.#database.directory;
  }

  /** The newest first. */
  runs({
    workflow,
    path,
    status,
    since,
    until,
    tags = [],
    limit = Number.MAX_SAFE_INTEGER,
  }: RunFilter = {}): PastRun[] {
    const conditions: string[] = [];
    const values: SqlValue[] = [];
    const where = (condition: string, value: SqlValue): void => {
      conditions.push(condition);
      values.push(value);
    };
    if (workflow !== undefined) where('workflow = ?', workflow);
    if (path !== undefined) where('path = ?', path);
    if (since !== undefined) where('started_at >= ?', since);
    if (until !== undefined) where('started_at <= ?', until);
    for (const tag of tags) where('EXISTS (SELECT 1 FROM json_each(runs.tags) WHERE value = ?)', tag);
    // Whether a run is interrupted is not in the database: nobody was left to write it.
    const isUnsettled = status === 'running' || status === 'interrupted';
    if (status !== undefined) where('status = ?', isUnsettled ? 'running' : status);
    const rows = this.#all(
      `SELECT * FROM runs ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`} ORDER BY key DESC LIMIT ?`,
      ...values,
      isUnsettled ? Number.MAX_SAFE_INTEGER : limit,
    );
    const runs = rows.map((row) => this.#runOf(row));
    return (isUnsettled ? runs.filter((run) => run.status === status) : runs).slice(0, limit);
  }

  /**
   * By its id, by the beginning of its id or of the id's last part, or as `latest`, `latest~1` (the one before it) and so on. The
   * error is a sentence.
   */
  find(name: string): Result<PastRun, string> {
    const [latest, back = '0'] = /^latest(?:~(\d{1,6}))?$/.exec(name) ?? [];
    if (latest !== undefined) {
      const runs = this.runs({ limit: Number(back) + 1 });
      const run = runs[Number(back)];
      if (runs.length === 0) return fail('No run is remembered yet');
      return run === undefined ? fail(`Only ${runs.length} runs are remembered; there is no "${name}"`) : ok(run);
    }
    // `_` is any character to LIKE, and no id has one.
    const plain = name.replaceAll(/[^0-9a-z-]/gi, '_');
    const rows = this.#all(
      'SELECT * FROM runs WHERE id LIKE ? OR id LIKE ? ORDER BY key DESC LIMIT 4',
      `${plain}%`,
      `%-%-${plain}%`,
    );
    const [row] = rows;
    if (row === undefined || name === '') return fail(`There is no run "${name}"; see: hwfe runs`);
    const exact = rows.find(({ id }) => id === name);
    if (exact !== undefined || rows.length === 1) return ok(this.#runOf(exact ?? row));
    const some = rows.slice(0, 3).map(({ id }) => `"${String(id)}"`);
    return fail(
      `Several runs begin with "${name}": ${some.join(', ')}${rows.length > 3 ? ' …' : ''}; write more of the id`,
    );
  }

  /**
   * Makes a run that has ended this process's own, so that it may be resumed: of several processes that try at once, one
   * succeeds. The error says in a sentence which process has it.
   */
  claim(run: PastRun): Result<void, string> {
    const taken = (pid: number): Result<void, string> => fail(`Run "${run.id}" is running in process ${pid}`);
    if (run.status === 'running') return taken(run.pid);
    const { pid, process, machine } = thisProcess();
    return this.#database.write(() => {
      const now = this.find(run.id);
      if (now.ok && now.value.status === 'running') return taken(now.value.pid);
      this.#database
        .prepare("UPDATE runs SET status = 'running', wanted = NULL, pid = ?, process = ?, machine = ? WHERE id = ?")
        .run(pid, process, machine, run.id);
      return ok(undefined);
    });
  }

  /** Tells the process of a run that is under way what is wished of it. */
  wish({ id }: PastRun, wish: Wish): void {
    this.#database.write(() => this.#database.prepare('UPDATE runs SET wanted = ? WHERE id = ?').run(wish, id));
  }

  pin({ id }: PastRun, isPinned: boolean): void {
    this.#database.write(() =>
      this.#database.prepare('UPDATE runs SET pinned = ? WHERE id = ?').run(isPinned ? 1 : 0, id),
    );
  }

  collectGarbage(retention: Retention): Collected {
    return collectGarbage(this.#database, retention);
  }

  /** One file for `import`. */
  export({ id }: PastRun): Uint8Array {
    return exportRun(this.#database, this.#contents, id);
  }

  /** Gives the run's id; the error is a sentence. */
  import(file: Uint8Array): Promise<Result<string, string>> {
    return importRun(this.#database, this.#contents, file);
  }

  /** In the order they happened. Those with a higher number than `after` only, where that is given; numbers begin at 0. */
  events(
    { id }: PastRun,
    { after = -1, step }: { after?: number; step?: string } = {},
  ): { seq: number; event: PastEvent }[] {
    const rows =
      step === undefined
        ? this.#all('SELECT * FROM events WHERE run = ? AND seq > ? ORDER BY seq', this.#keyOf(id), after)
        : this.#all(
            "SELECT * FROM events WHERE run = ? AND seq > ? AND step = ? AND kind = 'step-printed' ORDER BY seq",
            this.#keyOf(id),
            after,
            step,
          );
    return rows.map((row) => ({ seq: Number(row['seq']), event: eventOf(row, id) }));
  }

  /** Folded from its events; outputs are left out. */
  record(run: PastRun): RunRecord {
    const record = emptyRecord();
    for (const { event } of this.events(run)) fold(record, withoutBytes(event) as RunEvent);
    for (const step of record.steps.values()) delete step.output;
    return record;
  }

  /** By name; steps that nothing happened to are not there. */
  steps({ id }: PastRun): Map<string, PastStep> {
    const rows = this.#all('SELECT * FROM steps WHERE run = ?', this.#keyOf(id));
    return new Map(rows.map((row) => [String(row['step']), stepOf(row)]));
  }

  step({ id }: PastRun, step: string): PastStep | undefined {
    const [row] = this.#all('SELECT * FROM steps WHERE run = ? AND step = ?', this.#keyOf(id), step);
    return row && stepOf(row);
  }

  /** Names, those that started first first. */
  stepsUnderWay({ id }: PastRun): string[] {
    return this.#all(
      "SELECT step FROM steps WHERE run = ? AND status IN ('running', 'retrying') ORDER BY started_at",
      this.#keyOf(id),
    ).map((row) => String(row['step']));
  }

  /** Nothing if the bytes are gone or damaged. */
  value({ hash }: KeptValue): EncodedValue | undefined {
    const bytes = this.#contents.read(Buffer.from(hash, 'hex'));
    return bytes && own(bytes);
  }

  /** What a step's key was made of; nothing where the step was not to be cached, or the entry is gone. */
  manifest(id: string, step: string): Manifest | undefined {
    const [row] = this.#all(
      'SELECT manifest FROM cache WHERE key = (SELECT cache_key FROM steps WHERE run = ? AND step = ?)',
      this.#keyOf(id),
      step,
    );
    return row && (JSON.parse(String(row['manifest'])) as Manifest);
  }

  /** Of earlier runs of the same workflow that kept what the step gave, the newest first; a handful. */
  earlierKeys(run: PastRun, step: string): { readonly run: string; readonly manifest: Manifest }[] {
    return this.#all(
      `SELECT runs.id AS run, cache.manifest AS manifest FROM steps
       JOIN runs ON runs.key = steps.run JOIN cache ON cache.key = steps.cache_key
       WHERE steps.run IN (SELECT key FROM runs WHERE workflow = ? AND key < ? ORDER BY key DESC LIMIT 50)
         AND steps.step = ? AND steps.output IS NOT NULL
       ORDER BY runs.key DESC LIMIT 20`,
      run.workflow,
      this.#keyOf(run.id),
      step,
    ).map((row) => ({ run: String(row['run']), manifest: JSON.parse(String(row['manifest'])) as Manifest }));
  }

  /** As `earlierKeys`, of all runs of the workflow. */
  keysOf(workflow: string, step: string): { readonly run: string; readonly manifest: Manifest }[] {
    return this.#all(
      `SELECT runs.id AS run, cache.manifest AS manifest FROM steps
       JOIN runs ON runs.key = steps.run JOIN cache ON cache.key = steps.cache_key
       WHERE steps.run IN (SELECT key FROM runs WHERE workflow = ? ORDER BY key DESC LIMIT 50)
         AND steps.step = ? AND steps.output IS NOT NULL
       ORDER BY runs.key DESC LIMIT 20`,
      workflow,
      step,
    ).map((row) => ({ run: String(row['run']), manifest: JSON.parse(String(row['manifest'])) as Manifest }));
  }

  /** What the cache has for a step, without taking anything from it; nothing where a file that the step reads cannot be read. */
  async lookUp(step: Step, job: Job): Promise<LookedUp | undefined> {
    const cache = (this.#cache ??= new Cache(this.#database, this.#contents));
    try {
      const pending = await cache.ask(step, job);
      const recalled = cache.peek(pending);
      return { manifest: JSON.parse(pending.manifest) as Manifest, ...(recalled && { recalled }) };
    } catch (error) {
      if (explain(error, '') === undefined) throw error;
      return undefined;
    }
  }

  /** Earlier runs of the same workflow, the newest first; a handful. */
  runsBefore(run: PastRun): PastRun[] {
    return this.#all(
      'SELECT * FROM runs WHERE workflow = ? AND key < ? ORDER BY key DESC LIMIT 20',
      run.workflow,
      this.#keyOf(run.id),
    ).map((row) => this.#runOf(row));
  }

  /** By its whole id. */
  runNamed(id: string): PastRun | undefined {
    const [row] = this.#all('SELECT * FROM runs WHERE id = ?', id);
    return row && this.#runOf(row);
  }

  /** Nothing if it is gone or damaged. */
  definition({ id }: PastRun): RunDefinition | undefined {
    const [row] = this.#all('SELECT definition FROM runs WHERE id = ?', id);
    const bytes = row && this.#contents.read(row['definition'] as Uint8Array);
    return bytes && readDefinition(bytes);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #keyOf(id: string): number {
    const [row] = this.#all('SELECT key FROM runs WHERE id = ?', id);
    if (row === undefined) throw new Error(`Internal error: the history has no run "${id}"`);
    return Number(row['key']);
  }

  #runOf(row: Row): PastRun {
    const text = (name: string): string => String(row[name]);
    const owner = { pid: Number(row['pid']), process: text('process'), machine: text('machine') };
    const kept = text('status') as 'running' | RunStatus;
    const counts = typeof row['counts'] === 'string' ? (JSON.parse(row['counts']) as StepCounts) : undefined;
    return {
      id: text('id'),
      workflow: text('workflow'),
      file: text('file'),
      path: text('path'),
      cwd: text('cwd'),
      options: JSON.parse(text('options')) as GivenOptions,
      status: kept === 'running' && !isAlive(owner) ? 'interrupted' : kept,
      ...(row['stopped'] !== null && { stopped: text('stopped') as StopReason }),
      startedAt: Number(row['started_at']),
      ...(row['duration_ms'] !== null && { durationMs: Number(row['duration_ms']) }),
      tags: typeof row['tags'] === 'string' ? (JSON.parse(row['tags']) as string[]) : [],
      steps: Number(row['steps']),
      counts: counts ?? this.#count(Number(row['key'])),
      version: text('version'),
      pid: owner.pid,
    };
  }

  #count(run: number): StepCounts {
    const rows = this.#all('SELECT status, count(*) AS steps FROM steps WHERE run = ? GROUP BY status', run);
    const of = (status: string): number => Number(rows.find((row) => row['status'] === status)?.['steps'] ?? 0);
    return { succeeded: of('succeeded'), failed: of('failed'), cancelled: of('cancelled'), skipped: of('skipped') };
  }

  #all(sql: string, ...values: SqlValue[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }
}

function stepOf(row: Row): PastStep {
  const hash = row['output'];
  return {
    step: String(row['step']),
    status: String(row['status']),
    ...(row['started_at'] !== null && { startedAt: Number(row['started_at']) }),
    ...(row['duration_ms'] !== null && { durationMs: Number(row['duration_ms']) }),
    ...(row['cache_key'] instanceof Uint8Array && { key: row['cache_key'] }),
    ...(row['cached_from'] !== null && { cachedFrom: String(row['cached_from']) }),
    ...(hash instanceof Uint8Array && {
      output: { hash: Buffer.from(hash).toString('hex'), size: Number(row['size']) },
    }),
  };
}
