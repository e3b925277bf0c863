/** Keeps count of a run while it goes on, so that a frame costs the same for 10 steps and for 100,000. */
import { everyStep, isWithin, type NamedStep, pathOf } from '../model/nested.ts';
import type { RunEvent, RunStatus, StopReason } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { waitsInItems } from '../model/host-work.ts';
import type { StepStatus } from '../model/record.ts';
import { unreachable } from '../model/unreachable.ts';
import type { ExecutionMode } from '../model/workflow.ts';
import { kindWord } from '../model/step.ts';
import { type Awaited, awaitedBy } from './awaited.ts';
import { createInside, type Inside, SETTLED } from './inside.ts';
import { createPoolUse } from './pool-use.ts';
import { progressOfStep, type StepProgress, takeDetail } from './step-progress.ts';

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
  const all = everyStep(plan);
  const poolUse = createPoolUse(plan, all);
  const steps = plan.steps.map(
    ({ step, level, dependsOn }): StepProgress =>
      progressOfStep(step, { name: step.name, level, missing: dependsOn.length }, poolUse.of(step.name)),
  );
  const countsOfLevel = plan.levels.map((level) => ({ ...NONE, waiting: level.length }));
  const progress: Progress = {
    workflow: plan.workflow.name,
    steps,
    levels: plan.levels,
    counts: { ...NONE, waiting: steps.length },
    countsOfLevel,
    longest: {
      name: widestName(all),
      language: all.reduce((most, { step }) => Math.max(most, kindWord(step).length), 0),
    },
    active: new Set(),
    failed: [],
    inside: createInside(all, poolUse),
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
    if (isActive(status)) poolUse.begin(name);
    else poolUse.end(name);
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
        for (const name of event.kept)
          if (isWithin(name)) progress.inside.keep(name);
          else move(name, 'succeeded');
        return;
      case 'step-started':
        takeDetail(move(event.step, 'running'), event);
        progress.inside.open(event.step);
        return;
      case 'step-pending':
        takeDetail(move(event.step, 'pending'), event);
        return;
      case 'step-answered':
        move(event.step, 'running');
        return;
      case 'run-parked':
        progress.status = 'parked';
        for (const { name, status } of [...progress.active].map((index) => steps[index]!))
          if (status === 'running') move(name, 'pending');
        progress.durationMs = event.durationMs;
        return;
      case 'step-retrying':
        if (event.item === undefined) move(event.step, 'retrying');
        progress.inside.again(event);
        return;
      case 'step-items':
        takeDetail(steps[indexFor(event.step)]!, event);
        progress.inside.takeItems(event);
        return;
      case 'step-looping':
        takeDetail(steps[indexFor(event.step)]!, event);
        progress.inside.again(event);
        return;
      case 'step-split':
        takeDetail(steps[indexFor(event.step)]!, event);
        return;
      case 'step-succeeded':
      case 'step-failed':
      case 'step-cancelled':
      case 'step-skipped':
        takeDetail(move(event.step, SETTLED[event.kind]), event);
        progress.inside.close(event.step);
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

/** Columns of the number of an item, and the space behind it. */
const ITEM = 4;

/** Steps inside others stand below them, without the names of these. */
function widestName(all: readonly NamedStep[]): number {
  let widest = 0;
  /** Steps around the one at hand that are done for several items, by depth. */
  const repeated: boolean[] = [];
  for (const { step, depth } of all) {
    repeated[depth] = step.foreach !== undefined;
    const width =
      depth === 0
        ? step.name.length
        : 2 * depth + (repeated[depth - 1] === true ? ITEM : 0) + pathOf(step.name).at(-1)!.length;
    // Items that wait have rows of their own below it.
    const isTold = step.foreach !== undefined && waitsInItems(step);
    widest = Math.max(widest, isTold ? width + 2 + ITEM : width);
  }
  return widest;
}
