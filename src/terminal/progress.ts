/** Keeps count of a run while it goes on, so that a frame costs the same for 10 steps and for 100,000. */
import { everyStep, isWithin, pathOf } from '../model/nested.ts';
import { createInside, type Inside } from './inside.ts';
import { ItemsRecord } from '../model/items.ts';
import type { CachedFrom, RunEvent, RunStatus, SkipReason, StopReason } from '../model/event.ts';
import type { Pending } from '../model/pending.ts';
import type { Plan } from '../model/plan.ts';
import type { StepStatus } from '../model/record.ts';
import { type Awaited, awaitedBy } from './awaited.ts';
import { unreachable } from '../model/unreachable.ts';
import type { ExecutionMode } from '../model/workflow.ts';
import { kindWord } from '../model/step.ts';

export interface StepProgress {
  readonly name: string;
  /** 0-based. */
  readonly level: number;
  /** Its language, or the word for what it does. */
  readonly language: string;
  /** Attempts that the file allows, the first included. */
  readonly attempts: number;
  status: StepStatus;
  /** Dependencies that have not succeeded yet. */
  missing: number;
  attempt: number;
  startedAt?: number;
  durationMs?: number;
  /** What it waits for, or waited for last. */
  pending?: Pending;
  skipped?: SkipReason;
  cached?: CachedFrom;
  items?: ItemsRecord;
  readonly pool?: string;
  readonly cost: number;
  /** The lock that it waits for. */
  awaits?: Awaited;
}

export interface PoolProgress {
  readonly size: number;
  readonly hasRate: boolean;
  used: number;
}

export type Counts = Record<StepStatus, number>;

export interface Progress {
  readonly workflow: string;
  /** In plan order, as `plan.steps`. */
  readonly steps: readonly StepProgress[];
  /** Indices into `steps`. */
  readonly levels: readonly (readonly number[])[];
  readonly counts: Counts;
  readonly countsOfLevel: readonly Counts[];
  /** Characters of the longest name and language, so that columns stay where they are. */
  readonly longest: { readonly name: number; readonly language: number };
  /** Indices of steps that run or wait for their next attempt, in the order they started. */
  readonly active: Set<number>;
  /** Indices, in the order they failed. */
  readonly failed: number[];
  readonly inside: Inside;
  mode: ExecutionMode;
  cap: number;
  startedAt: number;
  durationMs?: number;
  readonly pools: ReadonlyMap<string, PoolProgress>;
  /** The lock that the whole run waits for. */
  awaits?: Awaited;
  stopping?: StopReason;
  status: 'running' | 'parked' | RunStatus;
  /** Its id, by which others may speak to it. */
  run: string;
}

export interface ProgressOf {
  readonly progress: Progress;
  readonly step: (name: string) => StepProgress;
  readonly take: (event: RunEvent) => void;
}

export function createProgress(plan: Plan): ProgressOf {
  const indexOf = new Map(plan.steps.map(({ step }, index) => [step.name, index]));
  const steps = plan.steps.map(
    ({ step, level, dependsOn }): StepProgress => ({
      name: step.name,
      level,
      language: kindWord(step),
      attempts: step.retry.retries + 1,
      cost: step.cost ?? 1,
      ...(step.pool !== undefined && { pool: step.pool }),
      status: 'waiting',
      missing: dependsOn.length,
      attempt: 0,
    }),
  );
  const all = everyStep(plan);
  const countsOfLevel = plan.levels.map((level) => ({ ...NONE, waiting: level.length }));
  const progress: Progress = {
    workflow: plan.workflow.name,
    steps,
    levels: plan.levels,
    counts: { ...NONE, waiting: steps.length },
    countsOfLevel,
    longest: {
      name: all.reduce((most, { depth, step: { name } }) => Math.max(most, widthOf(name, depth)), 0),
      language: all.reduce((most, { step }) => Math.max(most, kindWord(step).length), 0),
    },
    active: new Set(),
    failed: [],
    pools: new Map(
      (plan.workflow.pools ?? []).map(({ name, size, rate }) => [name, { size, hasRate: rate !== undefined, used: 0 }]),
    ),
    inside: createInside(plan),
    mode: 'sequential',
    cap: 1,
    startedAt: 0,
    status: 'running',
    run: '',
  };

  function indexFor(name: string): number {
    const index = indexOf.get(name);
    if (index === undefined)
      throw new Error(`Internal error: an event names step "${name}", which the plan does not have`);
    return index;
  }

  function move(name: string, status: StepStatus): StepProgress {
    const index = indexFor(name);
    const step = steps[index]!;
    for (const counts of [progress.counts, countsOfLevel[step.level]!]) {
      counts[step.status] -= 1;
      counts[status] += 1;
    }
    const pool = step.pool === undefined ? undefined : progress.pools.get(step.pool);
    if (pool !== undefined) pool.used += step.cost * (Number(isActive(status)) - Number(isActive(step.status)));
    step.status = status;
    delete step.awaits;
    if (isActive(status) || status === 'pending') progress.active.add(index);
    else progress.active.delete(index);
    if (status === 'failed') progress.failed.push(index);
    if (status === 'succeeded') for (const dependant of plan.steps[index]!.dependants) steps[dependant]!.missing -= 1;
    return step;
  }

  function take(event: RunEvent): void {
    if ('step' in event && isWithin(event.step)) {
      progress.inside.take(event);
      return;
    }
    switch (event.kind) {
      case 'run-started':
        progress.run = event.run;
        progress.mode = event.mode;
        progress.cap = event.cap;
        progress.startedAt = event.at;
        return;
      case 'run-resumed':
        progress.run = event.run;
        progress.mode = event.mode;
        progress.cap = event.cap;
        progress.startedAt = event.at;
        for (const name of event.kept) if (!isWithin(name)) move(name, 'succeeded');
        return;
      case 'step-started': {
        const step = move(event.step, 'running');
        step.attempt = event.attempt;
        step.startedAt ??= event.at;
        return;
      }
      case 'step-pending':
        move(event.step, 'pending').pending = event.pending;
        return;
      case 'step-answered':
        move(event.step, 'running');
        return;
      case 'run-parked':
        progress.status = 'parked';
        progress.durationMs = event.durationMs;
        return;
      case 'step-retrying':
        if (event.item === undefined) move(event.step, 'retrying');
        if (event.inside !== undefined) progress.inside.take(event);
        return;
      case 'step-split':
        steps[indexFor(event.step)]!.items = new ItemsRecord(event);
        return;
      case 'step-items':
        steps[indexFor(event.step)]!.items?.take(event);
        return;
      case 'step-succeeded': {
        const step = move(event.step, 'succeeded');
        step.durationMs = event.durationMs;
        if (event.cached !== undefined) step.cached = event.cached;
        return;
      }
      case 'step-failed':
        move(event.step, 'failed').durationMs = event.durationMs;
        return;
      case 'step-cancelled':
        move(event.step, 'cancelled').durationMs = event.durationMs;
        return;
      case 'step-skipped':
        move(event.step, 'skipped').skipped = event.because;
        return;
      case 'run-stopping':
        progress.stopping = event.reason;
        return;
      case 'run-settled':
        progress.status = event.status;
        progress.durationMs = event.durationMs;
        return;
      case 'lock-awaited': {
        const waiter = event.step === undefined ? progress : steps[indexFor(event.step)]!;
        waiter.awaits = awaitedBy(event, waiter.awaits);
        if (event.step !== undefined) progress.active.add(indexFor(event.step));
        return;
      }
      case 'lock-taken':
        delete (event.step === undefined ? progress : steps[indexFor(event.step)]!).awaits;
        return;
      case 'cap-changed':
        progress.cap = event.cap;
        return;
      case 'level-started':
      case 'memory-changed':
      case 'run-returned':
      case 'step-looping':
      case 'step-printed':
      case 'step-warned':
        return;
      default:
        unreachable(event);
    }
  }

  return { progress, take, step: (name) => progress.inside.of(name) ?? steps[indexFor(name)]! };
}

function isActive(status: StepStatus): boolean {
  return status === 'running' || status === 'retrying';
}

/** Steps that will never change again. */
export function settledOf(counts: Counts): number {
  return counts.succeeded + counts.failed + counts.cancelled + counts.skipped;
}

const NONE: Counts = {
  waiting: 0,
  running: 0,
  pending: 0,
  retrying: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
};

/** Steps inside others stand below them, without the names of these. */
function widthOf(name: string, depth: number): number {
  return depth === 0 ? name.length : 2 * depth + pathOf(name).at(-1)!.length;
}
