/** One step in one run: tried until it succeeds, may not be tried again, or is stopped. */
import type { EncodedValue, StepFailure, Usage } from '../../runners/contract.ts';
import type { Happening } from '../model/event.ts';
import type { Step } from '../model/workflow.ts';
import { type JobSettings, jobFor } from './job.ts';
import type { Pool, RunningJob } from './pool.ts';
import { mayRetry, retryDelay } from './retry.ts';

export type AttemptEnd = { readonly attempt: number; readonly durationMs: number } & (
  | { readonly how: 'succeeded'; readonly output: EncodedValue; readonly usage: Usage }
  | { readonly how: 'failed'; readonly failure: StepFailure; readonly usage: Usage }
  | { readonly how: 'cancelled' }
);

export class StepRun {
  /** Never rejects. */
  readonly finished: Promise<AttemptEnd>;
  readonly #step: Step;
  readonly #inputs: ReadonlyMap<string, EncodedValue>;
  readonly #settings: JobSettings;
  readonly #pool: Pool;
  readonly #tell: (happening: Happening) => void;
  #job: RunningJob | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    pool: Pool,
    tell: (happening: Happening) => void,
  ) {
    this.#step = step;
    this.#inputs = inputs;
    this.#settings = settings;
    this.#pool = pool;
    this.#tell = tell;
    this.finished = this.#go();
  }

  stop(): void {
    this.#stopped = true;
    this.#job?.stop();
    this.#wake?.();
  }

  kill(): void {
    this.stop();
    this.#job?.kill();
  }

  async #go(): Promise<AttemptEnd> {
    const startedAt = performance.now();
    for (let attempt = 1; ; attempt++) {
      const { outcome, usage } = await this.#attempt(attempt);
      const durationMs = performance.now() - startedAt;
      for (const message of outcome.warnings) this.#tell({ kind: 'step-warned', step: this.#step.name, message });
      if (outcome.ok) return { how: 'succeeded', attempt, durationMs, output: outcome.output, usage };
      const { failure } = outcome;
      if (failure.reason === 'cancelled') return { how: 'cancelled', attempt, durationMs };
      const delayMs = mayRetry(failure) ? retryDelay(this.#step.retry, attempt, Math.random) : undefined;
      if (delayMs === undefined || this.#stopped) return { how: 'failed', attempt, durationMs, failure, usage };
      this.#tell({ kind: 'step-retrying', step: this.#step.name, attempt, failure, delayMs });
      await this.#pause(delayMs);
      if (this.#stopped) return { how: 'cancelled', attempt, durationMs: performance.now() - startedAt };
    }
  }

  async #attempt(attempt: number): ReturnType<() => RunningJob['finished']> {
    const step = this.#step.name;
    const job = jobFor(this.#step, attempt, this.#inputs, this.#settings);
    const { language, runtime, isolation } = job;
    const strict = isolation === 'thread' ? {} : { isolation };
    this.#tell({ kind: 'step-started', step, language, runtime, ...strict, attempt });
    this.#job = this.#pool.start(job, {
      timeoutMs: this.#step.timeoutMs,
      onLines: (lines) => this.#tell({ kind: 'step-printed', step, lines }),
    });
    const finished = await this.#job.finished;
    this.#job = undefined;
    return finished;
  }

  /** Waits, unless stopped meanwhile. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
