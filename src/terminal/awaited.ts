/** A lock that a step or a run waits for, as views show it. */
import type { LockHolder, RunEvent } from '../model/event.ts';

export interface Awaited {
  readonly lock: string;
  /** Absent where it does not say who it is. */
  readonly holder?: LockHolder;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Whoever has it now may have got it since the wait began. */
export function awaitedBy(event: RunEvent & { kind: 'lock-awaited' }, before: Awaited | undefined): Awaited {
  const { lock, holder, at } = event;
  return { lock, since: before?.lock === lock ? before.since : at, ...(holder && { holder }) };
}
