/** Turns one run's events into rows. */
import { userInfo } from 'node:os';
import type { CachedFrom, RunEvent, Said } from '../model/event.ts';
import type { KeptValue, StepCounts } from '../model/history.ts';
import { hasFiles } from '../../runners/kinds/find.ts';
import type { EncodedValue, Job, PrintedLine } from '../../runners/contract.ts';
import type { Step } from '../model/workflow.ts';
import type { Cache, Pending } from './cache.ts';
import type { Contents, Kept } from './contents.ts';
import { definitionOf, writeDefinition } from './definition.ts';
import { type Database, explain } from './database.ts';
import { thisProcess } from './owner.ts';
import type { Statement } from './sqlite.ts';
import { version } from '../version.ts';
import type { Beginning, Recording } from './store.ts';
import { rowOf } from './stored-event.ts';
import type { Writer } from './writer.ts';

/** The statements that all recordings of one store share. */
export interface RecordingStatements {
  readonly addRun: Statement;
  readonly settleRun: Statement;
  readonly addEvent: Statement;
  readonly putStep: Statement;
  readonly resumeRun: Statement;
  readonly stepsOf: Statement;
  readonly dropStep: Statement;
  readonly lastOf: Statement;
  readonly keyOf: Statement;
}

export function recordingStatements(database: Database): RecordingStatements {
  return {
    addRun: database.prepare(
      `INSERT INTO runs (id, workflow, file, path, cwd, options, definition, steps, status, started_at, version, pid, process, machine, tags)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)`,
    ),
    settleRun: database.prepare(
      'UPDATE runs SET status = ?, stopped = ?, duration_ms = ?, counts = ?, wanted = NULL WHERE key = ?',
    ),
    addEvent: database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)'),
    putStep: database.prepare(
      `INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (run, step) DO UPDATE SET status = excluded.status, started_at = coalesce(excluded.started_at, started_at),
         duration_ms = excluded.duration_ms, output = excluded.output, size = excluded.size,
         cache_key = excluded.cache_key, cached_from = excluded.cached_from`,
    ),
    resumeRun: database.prepare(
      `UPDATE runs SET options = ?, definition = ?, steps = ?, stopped = NULL, duration_ms = NULL, counts = NULL, version = ?, tags = ?
       WHERE id = ?`,
    ),
    stepsOf: database.prepare('SELECT step FROM steps WHERE run = ?'),
    dropStep: database.prepare('DELETE FROM steps WHERE run = ? AND step = ?'),
    lastOf: database.prepare('SELECT max(seq) AS seq FROM events WHERE run = ?'),
    keyOf: database.prepare('SELECT key FROM runs WHERE id = ?'),
  };
}

/** Characters that one cached step may repeat, and what each line counts besides. */
const MOST_SAID = 64 * 1024;
const LINE_COST = 16;

interface Recalled {
  readonly output: EncodedValue;
  readonly from: CachedFrom;
  readonly said?: Said;
}

interface Shared {
  readonly writer: Writer;
  readonly contents: Contents;
  readonly cache: () => Cache;
  readonly statements: RecordingStatements;
}

export class RunRecording implements Recording {
  readonly #beginning: Beginning;
  readonly #path: string;
  readonly #version: string = version();
  readonly #writer: Writer;
  readonly #contents: Contents;
  readonly #cache: () => Cache;
  /** What steps that have not settled were asked for, by name. */
  readonly #pending = new Map<string, Pending>();
  /** What they have said since they last started. */
  readonly #said = new Map<string, { lines: PrintedLine[]; warnings: string[]; room: number }>();
  readonly #statements: RecordingStatements;
  readonly #counts: { -readonly [K in keyof StepCounts]: number } = {
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    skipped: 0,
  };
  /** When steps that have not settled started. */
  readonly #startedAt = new Map<string, number>();
  #key = 0;
  /** Of this part of the run. */
  #firstSeq = 0;
  #seq = 0;
  #stopped: string | null = null;

  constructor(beginning: Beginning, path: string, shared: Shared) {
    this.#beginning = beginning;
    this.#path = path;
    this.#writer = shared.writer;
    this.#contents = shared.contents;
    this.#cache = shared.cache;
    this.#statements = shared.statements;
  }

  onEvent(event: RunEvent): void {
    const seq = this.#seq++;
    this.#hear(event);
    if (event.kind === 'run-started' || event.kind === 'run-resumed') this.#begin(event);
    const prepared = event.kind === 'step-succeeded' ? this.#contents.prepare(event.output) : undefined;
    let kept: Kept | undefined;
    let ready: Promise<void> | undefined;
    if (prepared instanceof Promise) {
      ready = prepared.then((value) => {
        kept = value;
      });
    } else kept = prepared;
    this.#writer.add({
      ready,
      write: () => {
        if (kept !== undefined) this.#contents.insert(kept);
        const output = kept && { hash: Buffer.from(kept.hash).toString('hex'), size: kept.size };
        this.#addEvent(seq, event, output);
        this.#index(event, kept);
      },
    });
  }

  recall(step: Step, job: Job): Promise<Recalled | undefined> {
    return unlessTrouble(async () => {
      const pending = await this.#cache().ask(step, job);
      this.#pending.set(step.name, pending);
      return this.#beginning.refresh.includes(step.name) ? undefined : this.#cache().recall(pending, job);
    });
  }

  keyOf(step: Step): Uint8Array | undefined {
    return this.#pending.get(step.name)?.key;
  }

  async done(step: Step, job: Job, output: EncodedValue): Promise<void> {
    const pending = this.#pending.get(step.name);
    if (pending === undefined || (step.writes === undefined && !hasFiles(output))) return;
    this.#pending.delete(step.name);
    await unlessTrouble(async () => {
      await this.#cache().collect(pending, step, job, output);
      this.#pending.set(step.name, pending);
    });
  }

  #fillCache({ step, cached, at }: RunEvent & { kind: 'step-succeeded' }, output: Uint8Array): void {
    const pending = this.#pending.get(step);
    if (pending === undefined) return;
    this.#cache().insert(pending, { run: this.#beginning.id, step, output, cached, at, said: this.#said.get(step) });
  }

  /** Keeps what a step says that is to be cached, as much of it as is worth repeating. */
  #hear(event: RunEvent): void {
    if (event.kind === 'step-started') this.#said.delete(event.step);
    if (event.kind !== 'step-printed' && event.kind !== 'step-warned') return;
    if (event.cached !== undefined || !this.#pending.has(event.step)) return;
    const said = this.#said.get(event.step) ?? { lines: [], warnings: [], room: MOST_SAID };
    this.#said.set(event.step, said);
    if (event.kind === 'step-warned') said.warnings.push(event.message);
    else {
      for (const line of event.lines) {
        said.room -= line.text.length + LINE_COST;
        if (said.room >= 0) said.lines.push(line);
      }
    }
  }

  kept(): Promise<void> {
    return this.#writer.flush();
  }

  #begin(event: RunEvent & { kind: 'run-started' | 'run-resumed' }): void {
    const { plan } = this.#beginning;
    const definition = this.#contents.prepare(writeDefinition(definitionOf(plan)));
    let kept: Kept | undefined;
    this.#writer.add({
      ready: Promise.resolve(definition).then((value) => {
        kept = value;
      }),
      write: () => {
        this.#contents.insert(kept!);
        if (event.kind === 'run-started') this.#addRun(event, kept!.hash);
        else this.#resumeRun(event, kept!.hash);
      },
    });
  }

  #addRun(event: RunEvent & { kind: 'run-started' }, definition: Uint8Array): void {
    const { id, plan, cwd, options } = this.#beginning;
    const { addRun, keyOf } = this.#statements;
    const owner = thisProcess();
    addRun.run(
      id,
      event.workflow,
      event.file,
      this.#path,
      cwd,
      JSON.stringify(options),
      definition,
      plan.steps.length,
      event.at,
      this.#version,
      owner.pid,
      owner.process,
      owner.machine,
      this.#tags(),
    );
    this.#key = Number(keyOf.all(id)[0]!['key']);
  }

  #tags(): string | null {
    const { plan, options } = this.#beginning;
    const tags = new Set([...(plan.workflow.tags ?? []), ...(options.tags ?? [])]);
    return tags.size === 0 ? null : JSON.stringify([...tags]);
  }

  /** The row itself was claimed for this process before. */
  #resumeRun(event: RunEvent & { kind: 'run-resumed' }, definition: Uint8Array): void {
    const { id, plan, options } = this.#beginning;
    const { resumeRun, keyOf, lastOf, stepsOf, dropStep } = this.#statements;
    resumeRun.run(JSON.stringify(options), definition, plan.steps.length, this.#version, this.#tags(), id);
    this.#key = Number(keyOf.all(id)[0]!['key']);
    this.#firstSeq = Number(lastOf.all(this.#key)[0]!['seq']) + 1;
    const kept = new Set(event.kept);
    this.#counts.succeeded = kept.size;
    for (const row of stepsOf.all(this.#key)) {
      const step = String(row['step']);
      if (!kept.has(step)) dropStep.run(this.#key, step);
    }
  }

  #addEvent(seq: number, event: RunEvent, output: KeptValue | undefined): void {
    const isBeginning = event.kind === 'run-started' || event.kind === 'run-resumed';
    const by = isBeginning ? { user: userName(), pid: process.pid, version: this.#version } : undefined;
    this.#statements.addEvent.run(this.#key, this.#firstSeq + seq, ...rowOf(event, output, by));
  }

  /** What questions about runs and steps are answered from, without reading all events. */
  #index(event: RunEvent, kept: Kept | undefined): void {
    switch (event.kind) {
      case 'step-started':
        if (event.attempt === 1) this.#startedAt.set(event.step, event.at);
        this.#putStep(event.step, 'running', null, undefined);
        return;
      case 'step-retrying':
        this.#putStep(event.step, 'retrying', null, undefined);
        return;
      case 'step-succeeded':
        this.#fillCache(event, kept!.hash);
        this.#settleStep(event.step, 'succeeded', event.durationMs, kept, event.cached?.run);
        return;
      case 'step-failed':
        this.#settleStep(event.step, 'failed', event.durationMs, undefined);
        return;
      case 'step-cancelled':
        this.#settleStep(event.step, 'cancelled', event.durationMs, undefined);
        return;
      case 'step-skipped':
        this.#settleStep(event.step, 'skipped', null, undefined);
        return;
      case 'run-stopping':
        this.#stopped = event.reason;
        return;
      case 'run-settled':
        this.#statements.settleRun.run(
          event.status,
          this.#stopped,
          event.durationMs,
          JSON.stringify(this.#counts),
          this.#key,
        );
        return;
      case 'run-started':
      case 'run-resumed':
      case 'level-started':
      case 'step-printed':
      case 'step-warned':
      case 'run-returned':
        return;
    }
  }

  #settleStep(
    step: string,
    status: keyof StepCounts,
    durationMs: number | null,
    kept: Kept | undefined,
    cachedFrom?: string,
  ): void {
    this.#counts[status] += 1;
    this.#putStep(step, status, durationMs, kept, cachedFrom);
    this.#startedAt.delete(step);
    this.#pending.delete(step);
    this.#said.delete(step);
  }

  #putStep(step: string, status: string, durationMs: number | null, kept: Kept | undefined, cachedFrom?: string): void {
    const startedAt = this.#startedAt.get(step) ?? null;
    this.#statements.putStep.run(
      this.#key,
      step,
      status,
      startedAt,
      durationMs,
      kept?.hash ?? null,
      kept?.size ?? null,
      this.#pending.get(step)?.key ?? null,
      cachedFrom ?? null,
    );
  }
}

/** A history or a file that cannot be read costs a step its cache, not its life. */
async function unlessTrouble<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (explain(error, '') !== undefined) return undefined;
    throw error;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that its system does not know.
    return String(process.getuid?.() ?? '');
  }
}
