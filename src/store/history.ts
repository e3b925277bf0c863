/** Answers questions about past runs. */
import { own } from '../../runners/value.ts';
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { RunEvent } from '../model/event.ts';
import type { KeptValue, Manifest, PastRun, RunDefinition } from '../model/history.ts';
import { emptyRecord, type RunRecord } from '../model/record.ts';
import { fold } from '../model/fold.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Step } from '../model/step.ts';
import { Cache, type Peeked, saltOf } from './cache.ts';
import { Contents, sha256 } from './contents.ts';
import { type Database, explain, openDatabase } from './database.ts';
import { readDefinition } from './definition.ts';
import { type Collected, collectGarbage, type Retention } from './garbage.ts';
import { Inbox } from './inbox.ts';
import { forgetFiles } from './parked-files.ts';
import { type PastKey, keysOf, manifestOfStep } from './keys.ts';
import { hashOfEntry } from './manifest.ts';
import { thisProcess } from './owner.ts';
import { type PastStep, stepOf } from './past-step.ts';
import { exportRun, importRun } from './portable.ts';
import { mayOnlyBeRead, openCopy } from './read-only.ts';
import { findRun, listRuns, type RunFilter, runOf } from './runs.ts';
import type { Row, SqlValue } from './sqlite.ts';
import { eventOf, type PastEvent, withoutBytes } from './stored-event.ts';
import type { Wish } from './wishes.ts';

export interface LookedUp {
  readonly manifest: Manifest;
  readonly recalled?: Peeked;
}

/** The error is a sentence, or `absent` where nothing was ever remembered. */
export function openHistory(
  directory: string,
  { create = false }: { readonly create?: boolean } = {},
): Result<History, string> {
  const isCopied = !create && mayOnlyBeRead(directory);
  const database = isCopied ? openCopy(directory) : openDatabase(directory, { create });
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
  runs(filter: RunFilter = {}): PastRun[] {
    return listRuns(this.#database, filter);
  }

  /** By its id or a part of it, or as `latest`, `latest~1`. The error is a sentence. */
  find(name: string): Result<PastRun, string> {
    return findRun(this.#database, name);
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

  /** What is said to runs. */
  get inbox(): Inbox {
    return new Inbox(this.#database);
  }

  /** Ends a run that is parked, in whose place no process can. */
  cancelParked({ id }: PastRun): void {
    this.#database.write(() =>
      this.#database
        .prepare("UPDATE runs SET status = 'cancelled', stopped = 'cancelled' WHERE id = ? AND status = 'parked'")
        .run(id),
    );
    this.forgetFiles();
  }

  /** Removes what runs have left that were parked and go on no more. */
  forgetFiles(): void {
    const wanted = new Set(
      this.#all("SELECT id FROM runs WHERE status IN ('parked', 'running')").map((row) => String(row['id'])),
    );
    forgetFiles(this.#database.directory, (run) => wanted.has(run));
  }

  pin({ id }: PastRun, isPinned: boolean): void {
    this.#database.write(() =>
      this.#database.prepare('UPDATE runs SET pinned = ? WHERE id = ?').run(isPinned ? 1 : 0, id),
    );
  }

  collectGarbage(retention: Retention): Collected {
    const collected = collectGarbage(this.#database, retention);
    if (!retention.dryRun) this.forgetFiles();
    return collected;
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
    return rows.flatMap((row) => {
      const event = eventOf(row, id);
      return event === undefined ? [] : [{ seq: Number(row['seq']), event }];
    });
  }

  /** What became of the items of a step, in all parts of the run. */
  itemEvents({ id }: PastRun, step: string): (PastEvent & { readonly kind: 'step-split' | 'step-items' })[] {
    const rows = this.#all(
      "SELECT * FROM events WHERE run = ? AND step = ? AND kind IN ('step-split', 'step-items') ORDER BY seq",
      this.#keyOf(id),
      step,
    );
    return rows.flatMap((row) => {
      const event = eventOf(row, id);
      return event?.kind === 'step-split' || event?.kind === 'step-items' ? [event] : [];
    });
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

  /** Those that run, and those that wait for something outside of the run, as all do once it is parked; the first to start first. */
  stepsUnderWay({ id, status }: PastRun): { readonly step: string; readonly isPending: boolean }[] {
    return this.#all(
      "SELECT step, status FROM steps WHERE run = ? AND status IN ('running', 'retrying', 'pending') ORDER BY started_at",
      this.#keyOf(id),
    ).map((row) => ({ step: String(row['step']), isPending: status === 'parked' || row['status'] === 'pending' }));
  }

  /** Nothing if the bytes are gone or damaged. */
  value({ hash }: KeptValue): EncodedValue | undefined {
    const bytes = this.#contents.read(Buffer.from(hash, 'hex'));
    return bytes && own(bytes);
  }

  /** As manifests have it of inputs. */
  hashOf(value: EncodedValue): string {
    return sha256(value).toString('hex');
  }

  /** As manifests have it of entries of the environment. */
  hashOfEntry(text: string): string {
    return hashOfEntry(text, saltOf(this.#database));
  }

  /** What a step's key was made of; nothing where the step was not to be cached, or the entry is gone. */
  manifest(id: string, step: string): Manifest | undefined {
    return manifestOfStep(this.#database, this.#keyOf(id), step);
  }

  /** Of earlier runs of the same workflow that kept what the step gave, the newest first; a handful. */
  earlierKeys(run: PastRun, step: string): PastKey[] {
    return keysOf(this.#database, run.workflow, step, this.#keyOf(run.id));
  }

  /** The same, of all runs of the workflow. */
  keysOf(workflow: string, step: string): PastKey[] {
    return keysOf(this.#database, workflow, step);
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
    ).map((row) => runOf(this.#database, row));
  }

  /** By its whole id. */
  runNamed(id: string): PastRun | undefined {
    const [row] = this.#all('SELECT * FROM runs WHERE id = ?', id);
    return row && runOf(this.#database, row);
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

  #all(sql: string, ...values: SqlValue[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }
}
