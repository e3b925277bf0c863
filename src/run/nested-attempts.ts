/** A step with steps inside it that is tried until it succeeds, may not be tried again, or is stopped: each time all of it. */
import type { StepFailure } from '../../runners/contract.ts';
import type { Happening } from '../model/event.ts';
import type { Result } from '../model/result.ts';
import type { RetryPolicy } from '../model/step.ts';
import type { AttemptEnd } from './attempts.ts';
import { nextTurn, type Pace } from './pace.ts';
import { pause } from './pause.ts';
import { retryAfter, type RetryRule } from './retry.ts';
import { NO_USAGE, type Running } from './running.ts';
import { ToldInside } from './within.ts';

export interface NestedAttemptsOptions {
  /** The step's name in the whole run. */
  readonly name: string;
  /** The number of its first attempt, where others went before. */
  readonly firstAttempt: number;
  readonly policy: RetryPolicy;
  readonly rule: RetryRule | undefined;
  /** By which further attempts start. */
  readonly paces: readonly Pace[] | undefined;
  /** Tells that it has begun; what happens inside is told by `tell`. */
  readonly start: (attempt: number, tell: (happening: Happening) => void) => Result<Running, StepFailure>;
  readonly tell: (happening: Happening) => void;
}

export class NestedAttempts implements Running {
  readonly finished: Promise<AttemptEnd>;
  readonly #of: NestedAttemptsOptions;
  readonly #startedAt = performance.now();
  readonly #inside: ToldInside;
  #current: Running | undefined;
  #isStopped = false;
  #wake: (() => void) | undefined;

  private constructor(of: NestedAttemptsOptions, first: Running, inside: ToldInside) {
    this.#of = of;
    this.#inside = inside;
    this.finished = this.#go(first);
  }

  /** Fails where the first attempt cannot even begin. */
  static begin(of: NestedAttemptsOptions): Result<Running, StepFailure> {
    const inside = new ToldInside(of.name);
    const first = of.start(of.firstAttempt, inside.hearing(of.tell));
    return first.ok ? { ok: true, value: new NestedAttempts(of, first.value, inside) } : first;
  }

  stop(): void {
    this.#isStopped = true;
    this.#current?.stop();
    this.#wake?.();
  }

  kill(): void {
    this.stop();
    this.#current?.kill();
  }

  isPending(): boolean {
    return this.#current?.isPending?.() === true;
  }

  async #go(first: Running): Promise<AttemptEnd> {
    const { name, firstAttempt, policy, rule, paces, tell, start } = this.#of;
    this.#current = first;
    for (let attempt = firstAttempt; ; attempt++) {
      const end = await this.#current.finished;
      this.#current = undefined;
      const durationMs = performance.now() - this.#startedAt;
      if (end.how !== 'failed' || this.#isStopped) return { ...end, attempt, durationMs };
      const after = retryAfter(end.failure, attempt, policy, rule);
      if (after.how === 'failed') return { ...end, attempt, durationMs, failure: after.failure };
      const { delayMs } = after;
      const inside = this.#inside.take();
      tell({ kind: 'step-retrying', step: name, attempt, failure: end.failure, delayMs, inside });
      await pause(delayMs, (stop) => (this.#wake = stop));
      if (paces !== undefined && !this.#isStopped) await nextTurn(paces, (stop) => (this.#wake = stop));
      if (this.#isStopped) {
        this.#tellNever(inside);
        return { how: 'cancelled', attempt, durationMs: performance.now() - this.#startedAt };
      }
      const next = start(attempt + 1, this.#inside.hearing(tell));
      if (!next.ok) {
        this.#tellNever(inside);
        const tookMs = performance.now() - this.#startedAt;
        return { how: 'failed', attempt: attempt + 1, durationMs: tookMs, failure: next.error, usage: NO_USAGE };
      }
      this.#current = next.value;
    }
  }

  /** What was to start anew does not. */
  #tellNever(inside: readonly string[]): void {
    const because = { kind: 'dependency', step: this.#of.name } as const;
    for (const step of inside) this.#of.tell({ kind: 'step-skipped', step, because });
  }
}
