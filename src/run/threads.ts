/** The threads of one language: a Piscina pool that keeps every job's lines, end and loss apart. */
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
  StopWord,
  ThreadSetup,
} from '../../runners/contract.ts';
import { bundle } from '../../runners/compiled.ts';
import { deliver, emptyLetter } from '../../runners/setup-letter.ts';
import { isTimed, startClocks, timeFor, usageOf } from './clocks.ts';
import { threadsClock } from './cpu-watch.ts';
import { Ending } from './ending.ts';
import { Abort, allLines, type Flight, lossMessage, unlessGivenUp } from './flight.ts';
import { openMailbox } from './memory-mailbox.ts';
import type { Finished, JobContext, RunningJob } from './pool.ts';
import { threadEntry } from './thread-entry.ts';

/** Guest recursion must end in the guest's own error before the thread's stack is used up. */
const STACK_MB = 16;
/** Heap for decoding values; the guests' own memory is WebAssembly's. */
const HEAP_MB = 1024;
/** What is thrown away at once; values are texts and buffers, so that more of it only makes each thread larger. */
const YOUNG_MB = 6;

/** A thread with host processes waits for them, and does so for several; more than that would make them wait for each other's output. */
export const PROCESSES_PER_THREAD = 4;

/** So long before a time limit its thread's successor is started. */
const RELIEF_MS = 150;

let piscina: { readonly Piscina: typeof Piscina } | undefined;

/** From one file, which loads in a third of the time that its package's twelve take. */
function loadPiscina(): typeof Piscina {
  piscina ??= bundle<{ readonly Piscina: typeof Piscina }>(createRequire(import.meta.url).resolve('#piscina')).load();
  return piscina.Piscina;
}

export class Threads {
  #piscina: Piscina;
  /** In the order of their start; never more than the cap. */
  readonly #flights: Flight[] = [];
  readonly #letter: SharedArrayBuffer = emptyLetter();
  #stops: BroadcastChannel | undefined;
  /** With processes: each is there once its promise resolves. */
  readonly #furtherThreads: Promise<unknown>[] = [];
  #closed: Promise<void> | undefined;
  #lastId = 0;

  /**
   * Boots `warm` threads at once and others when jobs need them; the caller keeps the number of jobs within its cap.
   * They wait for `setUp` before they load a language.
   */
  constructor(warm: number) {
    this.#piscina = this.#open(warm);
  }

  #open(warm: number): Piscina {
    const piscina = new (loadPiscina())({
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
      // A job with a signal has its thread for itself.
      concurrentTasksPerWorker: PROCESSES_PER_THREAD,
      idleTimeout: Number.POSITIVE_INFINITY,
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    piscina.on('message', (message: Printed | Started | Settled) => this.#receive(message));
    piscina.on('error', () => this.#loseQueued());
    return piscina;
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
    const tell = stops && ((how: StopWord['how']): void => stops.postMessage({ id, how } satisfies StopWord));
    const ending = new Ending(tell, () => abort.abort());
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
      const report: Report =
        this.#stops === undefined
          ? await this.#piscina.run(assignment, { signal: flight.abort, ...transferList })
          : await this.#runBesideOthers(assignment, flight.abort);
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

  async #runBesideOthers(assignment: Assignment, abort: Abort): Promise<Report> {
    const thread = Math.ceil(this.#flights.length / PROCESSES_PER_THREAD) - 1;
    // Piscina would start one for each job that waits for it.
    if (thread > 0) await (this.#furtherThreads[thread - 1] ??= this.#bootAnother());
    if (abort.aborted) throw new DOMException('given up', 'AbortError');
    return unlessGivenUp(this.#piscina.run(assignment), abort);
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
    if (idle <= 0) void this.#bootAnother();
  }

  /** Whoever needs one that dies while it boots hears of it by its own job. */
  #bootAnother(): Promise<unknown> {
    return this.#piscina.run(undefined).catch(() => undefined);
  }

  /** A thread died with no job on it, so while it booted; what Piscina has queued, the newest jobs, may wait for it for ever. */
  #loseQueued(): void {
    if (this.#stops !== undefined) {
      if (this.#piscina.threads.length > 0 || this.#closed !== undefined) return;
      // What is queued there could begin after it was given up.
      void this.#piscina.destroy();
      this.#piscina = this.#open(0);
      return;
    }
    for (const flight of this.#flights.slice(this.#flights.length - this.#piscina.queueSize)) flight.abort.abort();
  }
}
