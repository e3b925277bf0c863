/** How one step stands while its run goes on. */
import type { CachedFrom, RunEvent, SkipReason } from '../model/event.ts';
import { ItemsRecord } from '../model/items.ts';
import type { Pending } from '../model/pending.ts';
import type { StepStatus } from '../model/record.ts';
import { kindWord, type Step } from '../model/step.ts';
import type { Awaited } from './awaited.ts';
import type { PoolProgress } from './pool-use.ts';

export interface StepProgress {
  readonly name: string;
  /** 0-based. */
  readonly level: number;
  /** Its language, or the word for what it does. */
  readonly language: string;
  /** Attempts that the file allows, the first included. */
  readonly attempts: number;
  /** Turns of its loop that the file allows; absent where it has none. */
  readonly mostTurns?: number;
  readonly pool?: PoolProgress;
  readonly cost: number;
  status: StepStatus;
  /** Dependencies that have not succeeded yet. */
  missing: number;
  attempt: number;
  /** Turns of its loop that are done. */
  turns?: number;
  /** The next turn has not begun. */
  isBetweenTurns?: true;
  startedAt?: number;
  durationMs?: number;
  /** What it waits for, or waited for last. */
  pending?: Pending;
  skipped?: SkipReason;
  cached?: CachedFrom;
  items?: ItemsRecord;
  /** The lock that it waits for. */
  awaits?: Awaited;
}

export function progressOfStep(
  step: Step,
  place: { readonly name: string; readonly level: number; readonly missing: number },
  pool: PoolProgress | undefined,
): StepProgress {
  return {
    ...place,
    language: kindWord(step),
    attempts: step.retry.retries + 1,
    cost: step.cost ?? 1,
    ...(step.loop && { mostTurns: step.loop.max }),
    ...(pool && { pool }),
    status: 'waiting',
    attempt: 0,
  };
}

/** What an event says of a step that does not move it from one state to another. */
export function takeDetail(step: StepProgress, event: RunEvent): void {
  switch (event.kind) {
    case 'step-started':
      step.attempt = event.attempt;
      step.startedAt ??= event.at;
      delete step.isBetweenTurns;
      return;
    case 'step-looping':
      if (event.item !== undefined) return;
      step.turns = event.turn;
      step.isBetweenTurns = true;
      return;
    case 'step-split':
      step.items = new ItemsRecord(event);
      return;
    case 'step-items':
      step.items?.take(event);
      return;
    case 'step-pending':
      step.pending = event.pending;
      return;
    case 'step-succeeded':
      if (event.cached !== undefined) step.cached = event.cached;
      step.durationMs = event.durationMs;
      return;
    case 'step-failed':
    case 'step-cancelled':
      step.durationMs = event.durationMs;
      return;
    case 'step-skipped':
      step.skipped = event.because;
      return;
    default:
  }
}
