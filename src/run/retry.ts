/** How long to wait before a step is tried again. */
import type { StepFailure } from '../../runners/contract.ts';
import type { Result } from '../model/result.ts';
import { unreachable } from '../model/unreachable.ts';
import type { RetryPolicy } from '../model/step.ts';

/** Milliseconds to wait after the given attempt (1 for the first), or nothing if it was the last; `random` gives 0 ≤ x < 1. */
export function retryDelay(policy: RetryPolicy, attempt: number, random: () => number): number | undefined {
  if (attempt > policy.retries) return undefined;
  const { backoff } = policy;
  if (backoff === undefined) return policy.delayMs;
  const delay = Math.min(backoff.maxMs, backoff.baseMs * backoff.factor ** (attempt - 1));
  return Math.round(delay * (1 + backoff.jitter * (2 * random() - 1)));
}

/** Whether another attempt may follow a failed one. */
export type RetryRule = (failure: StepFailure, attempt: number) => Result<boolean, StepFailure>;

export type AfterFailure =
  | { readonly how: 'again'; readonly delayMs: number }
  | { readonly how: 'failed'; readonly failure: StepFailure };

/** What follows an attempt that failed. */
export function retryAfter(
  failure: StepFailure,
  attempt: number,
  policy: RetryPolicy,
  rule: RetryRule | undefined,
): AfterFailure {
  const delayMs = mayRetry(failure) ? retryDelay(policy, attempt, Math.random) : undefined;
  if (delayMs === undefined) return { how: 'failed', failure };
  const again = rule?.(failure, attempt);
  if (again?.ok === false) return { how: 'failed', failure: again.error };
  return again?.value === false ? { how: 'failed', failure } : { how: 'again', delayMs };
}

/** Whether another attempt could end otherwise: not when the run was stopped, nor when the machine lacks something. */
export function mayRetry(failure: StepFailure): boolean {
  switch (failure.reason) {
    case 'cancelled':
    case 'not-runnable':
    case 'not-granted':
    case 'runtime-missing':
    case 'expression':
    case 'asserted':
    case 'items':
    case 'rejected':
      return false;
    case 'threw':
    case 'action':
    case 'exited':
    case 'killed':
    case 'output-invalid':
    case 'limit':
    case 'timed-out':
    case 'thread-lost':
      return true;
    case 'steps-failed':
      return failure.isFinal !== true;
    default:
      return unreachable(failure);
  }
}

/** Whether also the steps around it could do it again and again: somebody has said no, or the machine lacks something. */
export function isFinal(failure: StepFailure): boolean {
  switch (failure.reason) {
    case 'not-runnable':
    case 'not-granted':
    case 'runtime-missing':
    case 'rejected':
      return true;
    case 'steps-failed':
      return failure.isFinal === true;
    case 'items':
      return failure.items.some((item) => isFinal(item.failure));
    default:
      return false;
  }
}
