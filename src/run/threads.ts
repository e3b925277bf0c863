/** The threads of one language: a Piscina pool that keeps every job's lines, end and loss apart. */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { BroadcastChannel } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type {
  Assignment,
  Job,
  Outcome,
  Printed,
  Report,
  Settled,
  Started,
  StepFailure,
  ThreadSetup,
} from '../../runners/contract.ts';
import { bundle } from '../../runners/compiled.ts';
import { deliver, emptyLetter } from '../../runners/setup-letter.ts';
import { isTimed, startClocks, timeFor, usageOf } from './clocks.ts';
import { type CpuWatch, threadsClock } from './cpu-watch.ts';
import { Ending } from './ending.ts';
import { openMailbox } from './memory-mailbox.ts';
import type { Finished, JobContext, RunningJob } from './pool.ts';
import { threadEntry } from './thread-entry.ts';

/** Guest recursion must end in the guest's own error before the thread's stack is used up. */
const STACK_MB = 16;
/** Heap for decoding values; the guests' own memory is WebAssembly's. */
const HEAP_MB = 1024;
/** What is thrown away at once; values are texts and buffers, so that more of it only makes each thread larger. */
const YOUNG_MB = 6;

/** So long before a time limit its thread's successor is started. */
const RELIEF_MS = 150;

/** What Piscina takes for a signal. An AbortSignal is kept by weak references, which a step of 0.2 ms should not cost the collector. */
class Abort extends EventEmitter {
  aborted = false;
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.emit('abort');
  }
}

let piscina: { readonly Piscina: typeof Piscina } | undefined;

/** From one file, which loads in a third of the time that its package's twelve take. */
function loadPiscina(): typeof Piscina {
  piscina ??= bundle<{ readonly Piscina: typeof Piscina }>(createRequire(import.meta.url).resolve('#piscina')).load();
  return piscina.Piscina;
}

/** A job under way, as its messages find it. */
interface Flight {
  readonly id: number;
  readonly context: JobContext;
  readonly ending: Ending;
  readonly abort: Abort;
  readonly job: Job;
  /** When its thread began with it. */
  startedAt: number | undefined;
  cpu: CpuWatch | undefined;
  /** Starts a thread in advance of the end of this one. */
  relief: NodeJS.Timeout | undefined;
  /** Messages of lines received. */
  batches: number;
  /** Called for each message once the report is there. */
  onBatch: (() => void) | undefined;
}

export class Threads {
  readonly #piscina: Piscina;
  /** In the order of their start; never more than the cap. */
  readonly #flights: Flight[] = [];
  readonly #letter: SharedArrayBuffer = emptyLetter();
  #stops: BroadcastChannel | undefined;
  #closed: Promise<void> | undefined;
  #lastId = 0;

  /**
   * Boots `warm` threads at once and others when jobs need them; the caller keeps the number of jobs within its cap.
   * They wait for `setUp` before they load a language.
   */
  constructor(warm: number) {
    this.#piscina = new (loadPiscina())({
      filename: threadEntry(),
      // A thread that waits asleep in Atomics.wait is woken twice, which a step with a process pays for and no other gains by.
      atomics: 'disabled',
      // Nobody reads how long tasks took; a step's usage is measured where it runs.
      recordTiming: false,
      workerData: this.#letter,
      // A thread sees no environment but what each job grants.
      env: {},
      minThreads: warm,
      maxThreads: 1024,
      idleTimeout: Number.POSITIVE_INFINITY,
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#piscina.on('message', (message: Printed | Started | Settled) => this.#receive(message));
    this.#piscina.on('error', () => this.#loseQueued());
  }

  /** Once, before the first job. */
  setUp(setup: ThreadSetup): void {
    if (setup.runtime === 'embedded') {
      deliver(this.#letter, setup);
      return;
    }
    const stops = `hwfe-stops-${Math.random()}`;
    this.#stops = new BroadcastChannel(stops);
    this.#stops.unref();
    deliver(this.#letter, { ...setup, stops });
  }

  start(job: Job, context: JobContext): RunningJob {
    const abort = new Abort();
    const id = ++this.#lastId;
    const stops = this.#stops;
    const ending = new Ending(stops && (() => stops.postMessage(id)), () => abort.abort());
    const flight: Flight = {
      id,
      job,
      context,
      ending,
      abort,
      startedAt: undefined,
      cpu: undefined,
      relief: undefined,
      batches: 0,
      onBatch: undefined,
    };
    return {
      finished: this.#run(flight),
      stop: () => ending.begin({ reason: 'cancelled' }),
      kill: () => ending.kill(),
    };
  }

  /** Ends all threads; a second call waits for the first. */
  close(): Promise<void> {
    this.#stops?.close();
    this.#closed ??= this.#piscina.destroy();
    return this.#closed;
  }

  async #run(flight: Flight): Promise<Finished> {
    const { id, job, ending, context } = flight;
    const startedAt = performance.now();
    const isThreads = job.runtime === 'embedded' && context.memory !== undefined;
    const mailbox = isThreads ? openMailbox(context.memory) : undefined;
    this.#flights.push(flight);
    try {
      const { timeoutMs } = context;
      const announce = isTimed(job, context);
      const assignment: Assignment = {
        id,
        job,
        announce,
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(mailbox && { mailbox: mailbox.mailbox }),
      };
      const transferList = mailbox && { transferList: [mailbox.mailbox.port] };
      const report: Report = await this.#piscina.run(assignment, { signal: flight.abort, ...transferList });
      await allLines(flight, report.batches);
      if (report.lines.length > 0) context.onLines(report.lines);
      const outcome = ending.reread(report.outcome);
      const { items } = report;
      return { outcome, usage: usageOf(report.usage, job, outcome), ...(items && { items }) };
    } catch (error) {
      const failure: StepFailure = ending.failure ?? { reason: 'thread-lost', message: lossMessage(error) };
      const outcome: Outcome = { ok: false, failure, warnings: [] };
      const wallMs = performance.now() - (flight.startedAt ?? startedAt);
      const cpuMs = flight.cpu?.usedMs;
      return { outcome, usage: usageOf({ wallMs, ...(cpuMs !== undefined && { cpuMs }) }, job, outcome) };
    } finally {
      flight.cpu?.stop();
      clearTimeout(flight.relief);
      ending.release();
      mailbox?.close();
      this.#flights.splice(this.#flights.indexOf(flight), 1);
    }
  }

  #receive(message: Printed | Started | Settled): void {
    const flight = this.#flights.find(({ id }) => id === message.id);
    // Lines of a job whose thread was ended may still be on their way.
    if (flight === undefined) return;
    if (message.kind === 'started') {
      const { thread } = message;
      flight.startedAt = performance.now();
      flight.cpu = startClocks(flight.ending, flight.job, flight.context, () => thread && threadsClock(thread));
      const leftMs = timeFor(flight.job, flight.context);
      if (leftMs !== undefined) flight.relief = setTimeout(() => this.#relieve(), Math.max(0, leftMs - RELIEF_MS));
      return;
    }
    flight.batches += 1;
    if (message.kind === 'settled') flight.context.onSettled?.(message.reports);
    else flight.context.onLines(message.lines, message.place);
    flight.onBatch?.();
  }

  /** A job is about to lose its thread to its time limit: the next one finds another that has booted meanwhile. */
  #relieve(): void {
    const idle = this.#piscina.threads.length - this.#flights.length;
    if (idle <= 0) this.#piscina.run(undefined).catch(() => undefined);
  }

  /** A thread died with no job on it, so while it booted; what Piscina has queued, the newest jobs, may wait for it for ever. */
  #loseQueued(): void {
    for (const flight of this.#flights.slice(this.#flights.length - this.#piscina.queueSize)) flight.abort.abort();
  }
}

/** Lines and reports travel on different ports; a report may overtake lines that were printed before it. */
function allLines(flight: Flight, expected: number): Promise<void> | undefined {
  if (flight.batches >= expected) return undefined;
  return new Promise((resolve) => {
    flight.onBatch = () => {
      if (flight.batches >= expected) resolve();
    };
  });
}

function lossMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'The thread ended under the step.';
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'The thread ran out of memory and was ended; only this step is lost.';
  if (error.name === 'AbortError') return 'The thread could not be started.';
  return `The thread ended under the step: ${error.message}`;
}
