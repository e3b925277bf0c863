/** How a job is ended before its time: told to stop where it can be told, by ending its thread where it can not. */
import type { Outcome, StepFailure } from '../../runners/contract.ts';

/** After this, a thread whose processes were told to stop is ended itself; longer than the spawner's own grace period. */
const GRACE_MS = 4000;
/** A thread that still boots hears nothing, so it is told again. */
const AGAIN_MS = 50;

export class Ending {
  /** Why the host ended the job, once it did. */
  failure: StepFailure | undefined;
  /** For jobs that own processes; ending their thread alone would leave these to the spawner. */
  readonly #tellStop: (() => void) | undefined;
  readonly #endThread: () => void;
  #timer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;

  constructor(tellStop: (() => void) | undefined, endThread: () => void) {
    this.#tellStop = tellStop;
    this.#endThread = endThread;
  }

  /** Ends the job with `failure` when it takes longer than `ms`. */
  startClock(ms: number, failure: StepFailure): void {
    if (this.failure !== undefined) return;
    this.#timer = setTimeout(() => this.begin(failure), ms);
  }

  begin(failure: StepFailure): void {
    if (this.failure !== undefined) return;
    this.failure = failure;
    clearTimeout(this.#timer);
    if (this.#tellStop === undefined) {
      this.#endThread();
      return;
    }
    this.#tellStop();
    this.#again = setInterval(this.#tellStop, AGAIN_MS);
    this.#timer = setTimeout(this.#endThread, GRACE_MS);
  }

  kill(): void {
    this.failure ??= { reason: 'cancelled' };
    this.#endThread();
  }

  /** The outcome as it counts: a job that was told to stop and failed for it was stopped, not failed. */
  reread(outcome: Outcome): Outcome {
    return this.failure === undefined || outcome.ok ? outcome : { ...outcome, failure: this.failure };
  }

  release(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#again);
  }
}
