/** Says beside a step what there is to know of it: its attempt or turn, its items, what it waits for, why it failed. */
import { formatDuration } from '../model/duration.ts';
import type { ItemsRecord } from '../model/items.ts';
import { isWithin } from '../model/nested.ts';
import type { Pending } from '../model/pending.ts';
import type { StepStatus } from '../model/record.ts';
import type { Awaited } from './awaited.ts';
import { howToAnswer, waitsFor } from './pending.ts';
import type { PoolProgress } from './pool-use.ts';
import { type Counts, type Progress, settledOf } from './progress.ts';
import type { StepProgress } from './step-progress.ts';
import { visible } from './visible.ts';
import { countSteps, describeCached, describeItems, describeLock, describeSkip } from './words.ts';

export interface NoteOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** First line of why a step failed. */
  readonly reasonOf?: (step: string) => string | undefined;
}

/** Empty where there is nothing to say. */
export function noteOn(step: StepProgress, progress: Progress, options: NoteOptions): string {
  const { items } = step;
  if (items !== undefined && step.status !== 'failed' && step.status !== 'skipped') return noteOnItems(step, items);
  const notes: Partial<Record<StepStatus, string>> = {
    waiting: progress.status === 'running' ? waitOf(step, progress, options.now) : '',
    running: inTurn(step, runningNote(step, progress)),
    retrying: inTurn(step, `attempt ${step.attempt}/${step.attempts} failed, the next follows`),
    pending: inTurn(
      step,
      step.pending === undefined ? '' : visible(pendingNote(step.pending, step.name, progress, options.now)),
    ),
    failed: visible(options.reasonOf?.(step.name) ?? ''),
    skipped: step.skipped === undefined ? '' : visible(describeSkip(step.skipped)),
    cancelled: 'cancelled',
    succeeded: doneNote(step),
  };
  return notes[step.status] ?? '';
}

/** Of a step with steps inside it, how many of these are done, as of items. */
function runningNote({ name, attempt, attempts }: StepProgress, { inside }: Progress): string {
  const { settled, failed, count } = inside.settled(name) ?? { settled: 0, failed: 0, count: 0 };
  return [
    attempts > 1 && attempt > 1 ? `attempt ${attempt}/${attempts}` : '',
    count > 0 ? `${settled}/${countSteps(count)}` : '',
    failed > 0 ? `${failed} failed` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Which turn of its loop it is in comes first. */
function inTurn({ turns = 0, mostTurns, isBetweenTurns }: StepProgress, note: string): string {
  if (mostTurns === undefined) return note;
  if (isBetweenTurns === true) return `turn ${turns} of ${mostTurns} is done, the next follows`;
  return [`turn ${turns + 1} of ${mostTurns}`, note].filter((part) => part !== '').join(', ');
}

function doneNote({ turns, cached }: StepProgress): string {
  if (cached !== undefined) return describeCached(cached);
  return turns === undefined ? '' : `${turns + 1} turns`;
}

/** Items that run by number, as far as there is room. */
const MOST_NUMBERS = 8;

function noteOnItems({ status }: StepProgress, items: ItemsRecord): string {
  if (status !== 'running') return describeItems(items);
  const running = [...items.running].slice(0, MOST_NUMBERS);
  const more = items.running.size > running.length ? ' …' : '';
  return [
    `${items.settled}/${items.count}`,
    items.counts.failed > 0 ? `${items.counts.failed} failed` : '',
    running.length > 0 ? `now ${running.map((index) => `[${index}]`).join(' ')}${more}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** What a step waits for, but for other steps. */
function waitOf(step: StepProgress, progress: Progress, now: number): string {
  if (step.awaits !== undefined) return awaitedNote(step.awaits, now);
  const { pool } = step;
  if (isWithin(step.name)) return pool === undefined ? '' : poolNote(pool, step.cost);
  if (step.missing > 0) return '';
  const isItsTurn = progress.mode !== 'parallel' || hasBegun(progress.countsOfLevel[step.level]!);
  const hasPlace = progress.counts.running + progress.counts.retrying < progress.cap;
  if (pool !== undefined && isItsTurn) {
    if (isFull(pool, step.cost)) return `waiting for pool "${pool.name}"`;
    if (pool.hasRate && hasPlace) return `waiting for the rate of pool "${pool.name}"`;
  }
  return progress.mode === 'parallel' ? '' : 'ready';
}

/** Of one inside another, which is told only where it waits for nothing else. */
function poolNote(pool: PoolProgress, cost: number): string {
  if (isFull(pool, cost)) return `waiting for pool "${pool.name}"`;
  return pool.hasRate ? `waiting for the rate of pool "${pool.name}"` : 'ready';
}

function isFull({ used, size }: PoolProgress, cost: number): boolean {
  return used > 0 && used + cost > size;
}

function hasBegun(counts: Counts): boolean {
  return settledOf(counts) + counts.running + counts.retrying > 0;
}

export function awaitedNote({ lock, holder, since }: Awaited, now: number): string {
  const forSoLong = formatDuration(Math.max(0, now - since));
  return visible(`waiting ${forSoLong} for ${describeLock(lock, holder)}`);
}

/** First how to answer it, since what it is may be long. */
function pendingNote(pending: Pending, step: string, { run }: Progress, now: number): string {
  const how = howToAnswer(run, step, pending);
  return how === undefined ? waitsFor(pending, now) : `${waitsFor(pending, now)}  (${how})`;
}
