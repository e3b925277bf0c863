// A pool without threads: each step does what the test says, and what was asked of it can be looked up.
import type { Job, Language, Outcome, Runtime, StepFailure } from '../../runners/contract.ts';
import { encode } from '../../runners/value.ts';
import type { Finished, JobKind, JobContext, Pool, RunningJob } from '../../src/run/pool.ts';

/** What a step does: gives a value, fails, or waits until it is ended or `release` is called. */
export type Behaviour = 'succeed' | 'fail' | 'hang' | ((job: Job) => Outcome);

export class FakePool implements Pool {
  readonly started: string[] = [];
  readonly jobs: Job[] = [];
  readonly warmed: { language: Language; runtime: Runtime; threads: number }[] = [];
  mostAtOnce = 0;
  disposed = false;
  readonly #behaviours: Map<string, Behaviour[]>;
  readonly #inFlight = new Map<string, (outcome: Outcome) => void>();

  /** Several behaviours of one step are its attempts; the last one stays. */
  constructor(behaviours: Record<string, Behaviour | Behaviour[]> = {}) {
    this.#behaviours = new Map(Object.entries(behaviours).map(([step, all]) => [step, [all].flat()]));
  }

  get running(): string[] {
    return [...this.#inFlight.keys()];
  }

  warm({ language, runtime }: JobKind, threads: number): void {
    this.warmed.push({ language, runtime, threads });
  }

  start(job: Job, context: JobContext): RunningJob {
    this.started.push(job.step);
    this.jobs.push(job);
    const { promise, resolve } = withResolvers<Finished>();
    const end = (outcome: Outcome): void => {
      if (!this.#inFlight.delete(job.step)) return;
      resolve({ outcome, usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 } });
    };
    this.#inFlight.set(job.step, end);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#inFlight.size);
    const behaviour = this.#next(job.step);
    if (context.timeoutMs !== undefined && behaviour === 'hang') {
      const afterMs = context.timeoutMs;
      setTimeout(() => end(failed({ reason: 'timed-out', afterMs })), afterMs);
    }
    if (behaviour !== 'hang') setImmediate(() => end(outcomeOf(behaviour, job)));
    const cancel = (): void => end(failed({ reason: 'cancelled' }));
    return { finished: promise, stop: cancel, kill: cancel };
  }

  /** Lets a hanging step succeed. */
  release(step: string): void {
    this.#inFlight.get(step)?.(succeeded(step));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }

  #next(step: string): Behaviour {
    const left = this.#behaviours.get(step) ?? ['succeed'];
    return left.length > 1 ? left.shift()! : left[0]!;
  }
}

export function succeeded(value: unknown): Outcome {
  const encoded = encode(value);
  if (!encoded.ok) throw new Error(encoded.message);
  return { ok: true, output: encoded.value, warnings: [] };
}

export function failed(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}

function outcomeOf(behaviour: Exclude<Behaviour, 'hang'>, job: Job): Outcome {
  if (typeof behaviour === 'function') return behaviour(job);
  if (behaviour === 'fail') return failed({ reason: 'threw', message: `${job.step} broke` });
  return succeeded(job.step);
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
