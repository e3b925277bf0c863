/** Turns one run's events into rows. */
import { userInfo } from 'node:os';
import type { CachedFrom, RunEvent, Said } from '../model/event.ts';
import type { KeptValue } from '../model/history.ts';
import { hasFiles } from '../../runners/kinds/find.ts';
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { Letter } from '../model/pending.ts';
import { isWithin } from '../model/nested.ts';
import type { Step } from '../model/step.ts';
import type { Cache, Pending } from './cache.ts';
import type { Contents, Kept } from './contents.ts';
import { definitionOf, writeDefinition } from './definition.ts';
import { explain } from './database.ts';
import { thisProcess } from './owner.ts';
import type { Inbox } from './inbox.ts';
import { keepFiles } from './parked-files.ts';
import type { RecordingStatements } from './recording-statements.ts';
import { RunIndex } from './run-index.ts';
import { Sayings } from './sayings.ts';
import { version } from '../version.ts';
import type { Beginning, Recording } from './store.ts';
import { rowOf } from './stored-event.ts';
import type { Writer } from './writer.ts';

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
  readonly inbox: Inbox;
  readonly directory: string;
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
  readonly #sayings = new Sayings();
  readonly #statements: RecordingStatements;
  readonly #index: RunIndex;
  readonly #inbox: Inbox;
  readonly #directory: string;
  #isReadAhead = false;
  /** Of this part of the run. */
  #firstSeq = 0;
  #seq = 0;

  constructor(beginning: Beginning, path: string, shared: Shared) {
    this.#beginning = beginning;
    this.#path = path;
    this.#writer = shared.writer;
    this.#contents = shared.contents;
    this.#cache = shared.cache;
    this.#statements = shared.statements;
    this.#inbox = shared.inbox;
    this.#directory = shared.directory;
    this.#index = new RunIndex(shared.statements);
  }

  onEvent(event: RunEvent): void {
    const seq = this.#seq++;
    this.#sayings.hear(event, (step) => this.#pending.has(step));
    if (event.kind === 'run-started' || event.kind === 'run-resumed') this.#begin(event);
    const prepared = this.#keep(event);
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
        if (kept !== undefined && !this.#isThere(event)) this.#contents.insert(kept);
        const output = kept && { hash: Buffer.from(kept.hash).toString('hex'), size: kept.size };
        this.#addEvent(seq, event, output);
        if (kept !== undefined && (event.kind === 'step-split' || event.kind === 'step-items'))
          this.#statements.addItems.run(this.#index.key, this.#firstSeq + seq, event.step, kept.hash);
        if (event.kind === 'step-succeeded') this.#fillCache(event, kept!.hash);
        if (event.kind === 'step-retrying' || event.kind === 'step-looping')
          for (const name of event.inside ?? []) this.#statements.dropStep.run(this.#index.key, name);
        const settled = this.#index.take(event, kept, 'step' in event ? this.#pending.get(event.step)?.key : undefined);
        if (settled === undefined) return;
        this.#pending.delete(settled);
        this.#sayings.forget(settled);
      },
    });
  }

  /** What was found in the cache is there already, as it is to be kept. */
  #keep(event: RunEvent): Kept | Promise<Kept> | undefined {
    if (event.kind === 'step-split') return this.#contents.prepare(event.items);
    if (event.kind === 'step-items') return event.outputs && this.#contents.prepare(event.outputs);
    if (event.kind !== 'step-succeeded') return undefined;
    const found = event.cached && this.#pending.get(event.step)?.found;
    return found ?? this.#contents.prepare(event.output);
  }

  #isThere(event: RunEvent): boolean {
    if (event.kind !== 'step-succeeded' || event.cached === undefined) return false;
    const pending = this.#pending.get(event.step);
    return pending !== undefined && this.#cache().isThere(pending);
  }

  recall(step: Step, job: Job): Promise<Recalled | undefined> {
    return unlessTrouble(async () => {
      if (!this.#isReadAhead) {
        this.#isReadAhead = true;
        this.#cache().readAhead(this.#beginning.plan.workflow.name, this.#beginning.id);
      }
      const pending = await this.#cache().ask(step, job);
      this.#pending.set(step.name, pending);
      return this.#beginning.refresh.includes(step.name) ? undefined : this.#cache().recall(pending, job);
    });
  }

  keyOf(step: Step): Uint8Array | undefined {
    return this.#pending.get(step.name)?.key;
  }

  letters(after: number): Promise<readonly Letter[]> {
    return unlessTrouble(() => Promise.resolve(this.#inbox.letters(this.#beginning.id, after))).then(
      (letters) => letters ?? [],
    );
  }

  async keepRoom(path: string): Promise<void> {
    await unlessTrouble(() => {
      const kept = keepFiles(this.#directory, this.#beginning.id, path);
      this.#writer.add({
        ready: undefined,
        write: () => this.#statements.keepWorkdir.run(kept, this.#index.key),
      });
      return Promise.resolve();
    });
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
    this.#cache().insert(pending, { run: this.#beginning.id, step, output, cached, at, said: this.#sayings.of(step) });
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
    this.#index.key = Number(keyOf.all(id)[0]!['key']);
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
    this.#index.key = Number(keyOf.all(id)[0]!['key']);
    this.#firstSeq = Number(lastOf.all(this.#index.key)[0]!['seq']) + 1;
    const kept = new Set(event.kept);
    this.#index.keep(event.kept.filter((name) => !isWithin(name)).length);
    for (const row of stepsOf.all(this.#index.key)) {
      const step = String(row['step']);
      if (!kept.has(step)) dropStep.run(this.#index.key, step);
    }
  }

  #addEvent(seq: number, event: RunEvent, output: KeptValue | undefined): void {
    const isBeginning = event.kind === 'run-started' || event.kind === 'run-resumed';
    const by = isBeginning ? { user: userName(), pid: process.pid, version: this.#version } : undefined;
    this.#statements.addEvent.run(this.#index.key, this.#firstSeq + seq, ...rowOf(event, output, by));
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
