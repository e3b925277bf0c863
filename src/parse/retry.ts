/** When a failed step is tried again. */
import { NO_RETRY, type RetryPolicy } from '../model/step.ts';
import { formatDuration } from '../model/duration.ts';
import type { TableValue } from './document.ts';
import type { BackoffFields, StepFields } from './fields/step-fields.ts';
import type { Mistakes } from './mistakes.ts';

const BASE_MS = 1000;
const MAX_MS = 60_000;

export function retryPolicy(step: string, table: TableValue, fields: StepFields, mistakes: Mistakes): RetryPolicy {
  const { retries, retry_delay: delay, backoff } = fields;
  // Most steps have none, and share it.
  if (retries === undefined && delay === undefined && backoff === undefined) return NO_RETRY;
  const policy = { retries: retries ?? NO_RETRY.retries, delayMs: delay ?? NO_RETRY.delayMs };
  if (backoff === undefined) return policy;
  const growing = exponential(backoff, delay);
  if (growing.maxMs < growing.baseMs) {
    const base = formatDuration(growing.baseMs);
    const message = `Raise "max" in the backoff of step "${step}": it is ${formatDuration(growing.maxMs)}, under the base of ${base}`;
    mistakes.add('bad-backoff', table.entries.get('backoff')?.value.span, message);
  }
  return { ...policy, backoff: growing };
}

function exponential(given: BackoffFields, delay: number | undefined): NonNullable<RetryPolicy['backoff']> {
  const baseMs = given.base ?? delay ?? BASE_MS;
  return {
    kind: 'exponential',
    baseMs,
    factor: given.factor ?? 2,
    maxMs: given.max ?? Math.max(MAX_MS, baseMs),
    jitter: given.jitter ?? 0,
  };
}
