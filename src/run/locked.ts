/** A step that begins once it has its lock, and gives it back when it ends. */
import type { StepFailure } from '../../runners/contract.ts';
import type { Result } from '../model/result.ts';
import type { AttemptEnd } from './attempts.ts';
import { LockWait, type LockWaiting } from './lock-wait.ts';
import { NO_USAGE, type Running } from './running.ts';

export class LockedRun implements Running {
  readonly finished: Promise<AttemptEnd>;
  readonly #wait: LockWait;
  readonly #begin: () => Result<Running, StepFailure>;
  #current: Running | undefined;
  #isStopped = false;

  constructor(waiting: LockWaiting, begin: () => Result<Running, StepFailure>) {
    this.#wait = new LockWait(waiting);
    this.#begin = begin;
    this.finished = this.#go();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wait.stop();
    this.#current?.stop();
  }

  kill(): void {
    this.stop();
    this.#current?.kill();
  }

  async #go(): Promise<AttemptEnd> {
    const startedAt = performance.now();
    const took = (): number => performance.now() - startedAt;
    const failed = (failure: StepFailure): AttemptEnd => ({
      how: 'failed',
      attempt: 0,
      durationMs: took(),
      failure,
      usage: NO_USAGE,
    });
    const held = await this.#wait.held;
    if (!held.ok) return failed(held.error);
    if (held.value === undefined) return { how: 'cancelled', attempt: 0, durationMs: took() };
    try {
      if (this.#isStopped) return { how: 'cancelled', attempt: 0, durationMs: took() };
      const started = this.#begin();
      if (!started.ok) return failed(started.error);
      this.#current = started.value;
      return await started.value.finished;
    } finally {
      held.value.release();
    }
  }
}
