/** The threads of one language: a Piscina pool that keeps every job's lines, end and loss apart. */
import { EventEmitter } from 'node:events';
import { Piscina } from 'piscina';
import type { Assignment, Job, Printed, Report, Started, StepFailure, ThreadSetup } from '../../runners/contract.ts';
import { Ending } from './ending.ts';
import type { Finished, JobContext, RunningJob } from './pool.ts';
import { threadEntry } from './thread-entry.ts';

/** Guest recursion must end in the guest's own error before the thread's stack is used up. */
const STACK_MB = 16;
/** Heap for decoding values; the guests' own memory is WebAssembly's. */
const HEAP_MB = 1024;

/** What Piscina takes for a signal. An AbortSignal is kept by weak references, which a step of 0.2 ms should not cost the collector. */
class Abort extends EventEmitter {
  aborted = false;
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.emit('abort');
  }
}

/** A job under way, as its messages find it. */
interface Flight {
  readonly id: number;
  readonly context: JobContext;
  readonly ending: Ending;
  readonly abort: Abort;
  /** Messages of lines received. */
  batches: number;
  /** Called for each message once the report is there. */
  onBatch: (() => void) | undefined;
}

export class Threads {
  readonly #piscina: Piscina;
  /** In the order of their start; never more than the cap. */
  readonly #flights: Flight[] = [];
  #lastId = 0;

  /** Starts `warm` threads at once and others when jobs need them; the caller keeps the number of jobs within its cap. */
  constructor(setup: ThreadSetup, warm: number) {
    this.#piscina = new Piscina({
      filename: threadEntry(),
      workerData: setup,
      // A thread sees no environment but what each job grants.
      env: {},
      minThreads: warm,
      maxThreads: 1024,
      idleTimeout: Number.POSITIVE_INFINITY,
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: HEAP_MB },
    });
    this.#piscina.on('message', (message: Printed | Started) => this.#receive(message));
    this.#piscina.on('error', () => this.#loseQueued());
  }

  start(job: Job, context: JobContext): RunningJob {
    const abort = new Abort();
    const ending = new Ending(job.runtime === 'native', () => abort.abort());
    const flight: Flight = { id: ++this.#lastId, context, ending, abort, batches: 0, onBatch: undefined };
    return {
      finished: this.#run(job, flight),
      stop: () => ending.begin({ reason: 'cancelled' }),
      kill: () => ending.kill(),
    };
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }

  async #run(job: Job, flight: Flight): Promise<Finished> {
    const { id, ending, context } = flight;
    const startedAt = performance.now();
    this.#flights.push(flight);
    try {
      const assignment = { id, job, announce: context.timeoutMs !== undefined } satisfies Assignment;
      const { threadPort } = ending;
      const report: Report = await this.#piscina.run(
        threadPort === undefined ? assignment : { ...assignment, stop: threadPort },
        { signal: flight.abort, ...(threadPort === undefined ? {} : { transferList: [threadPort] }) },
      );
      await allLines(flight, report.batches);
      if (report.lines.length > 0) context.onLines(report.lines);
      return { outcome: ending.reread(report.outcome), usage: report.usage };
    } catch (error) {
      const failure: StepFailure = ending.failure ?? { reason: 'thread-lost', message: lossMessage(error) };
      return {
        outcome: { ok: false, failure, warnings: [] },
        usage: { wallMs: performance.now() - startedAt },
      };
    } finally {
      ending.release();
      this.#flights.splice(this.#flights.indexOf(flight), 1);
    }
  }

  #receive(message: Printed | Started): void {
    const flight = this.#flights.find(({ id }) => id === message.id);
    // Lines of a job whose thread was ended may still be on their way.
    if (flight === undefined) return;
    if (message.kind === 'started') {
      if (flight.context.timeoutMs !== undefined) flight.ending.startClock(flight.context.timeoutMs);
      return;
    }
    flight.batches += 1;
    flight.context.onLines(message.lines);
    flight.onBatch?.();
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
