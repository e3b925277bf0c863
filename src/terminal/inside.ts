/** Keeps count of the steps inside steps, which are shown while they run and told as they settle. */
import type { RunEvent } from '../model/event.ts';
import { isWithin, type NamedStep, nameWithin, pathOf, withoutItems } from '../model/nested.ts';
import { awaitedBy } from './awaited.ts';
import type { PoolUse } from './pool-use.ts';
import { createQueued } from './queued.ts';
import { progressOfStep, type StepProgress, takeDetail } from './step-progress.ts';

export interface Inside {
  /** Of one step, by its name in the whole run; nothing where it is not inside another. */
  of(name: string): StepProgress | undefined;
  /** Those inside the outermost step of that name that run or wait for their next attempt, in the order in which they started. */
  active(outermost: string): Iterable<StepProgress>;
  /** Those inside it that wait for room in their pool. */
  queued(outermost: string): Iterable<StepProgress>;
  /** How far the steps right inside one have come; nothing where it has none, or has its own for each item. */
  settled(outer: string): Settled | undefined;
  take(event: RunEvent): void;
  /** It is done already, by an earlier part of the run. */
  keep(name: string): void;
  /** A step that is not inside another has begun, or has settled. */
  open(name: string): void;
  close(name: string): void;
  takeItems(event: RunEvent & { kind: 'step-items' }): void;
  /** What is inside a step, or an item of one, starts anew. */
  again(event: RunEvent & { kind: 'step-retrying' | 'step-looping' }): void;
}

export interface Settled {
  readonly settled: number;
  readonly failed: number;
  readonly count: number;
}

interface Around {
  readonly active: Set<StepProgress>;
  readonly queued: Set<StepProgress>;
}

export function createInside(all: readonly NamedStep[], poolUse: PoolUse): Inside {
  const known = new Map<string, NamedStep>();
  for (const one of all)
    if (one.depth > 0 || (one.planned.inside ?? one.step.foreach) !== undefined) known.set(one.step.name, one);
  const steps = new Map<string, StepProgress>();
  const around = new Map<string, Around>();
  const settledIn = new Map<string, { settled: number; failed: number }>();
  const queue = createQueued(all, (name, waits) => {
    const { queued } = aroundOf(name);
    if (waits) queued.add(progressOf(name));
    else if (steps.has(name)) queued.delete(progressOf(name));
  });

  function aroundOf(name: string): Around {
    const outermost = withoutItems(pathOf(name)[0]!);
    const found = around.get(outermost) ?? { active: new Set(), queued: new Set() };
    around.set(outermost, found);
    return found;
  }

  function progressOf(name: string): StepProgress {
    const found = steps.get(name);
    if (found !== undefined) return found;
    const one = known.get(withoutItems(name));
    if (one === undefined)
      throw new Error(`Internal error: an event names step "${name}", which the plan does not have`);
    const progress = progressOfStep(one.step, { name, level: 0, missing: 0 }, poolUse.of(name));
    steps.set(name, progress);
    return progress;
  }

  /** Its items are told by its own events. */
  function openAround(name: string): void {
    if (known.get(withoutItems(name))?.step.foreach === undefined) queue.open(name);
  }

  function takeItems({ step, started, succeeded, failed, cancelled }: RunEvent & { kind: 'step-items' }): void {
    for (const index of started ?? []) begin(`${step}[${index}]`);
    const ended = [succeeded ?? [], failed?.map(({ index }) => index) ?? [], cancelled ?? []].flat();
    for (const index of ended) end(`${step}[${index}]`);
  }

  function again({ step, item }: RunEvent & { kind: 'step-retrying' | 'step-looping' }): void {
    const name = item === undefined ? step : `${step}[${item}]`;
    queue.close(name);
    for (const outer of settledIn.keys())
      if (outer === name || outer.startsWith(nameWithin(name, ''))) settledIn.delete(outer);
  }

  function settle(name: string, isFailed: boolean): void {
    const outer = name.slice(0, -pathOf(name).at(-1)!.length - 1);
    // Items are counted by their step.
    if (name.endsWith(']') || outer.endsWith(']')) return;
    const { settled, failed } = settledIn.get(outer) ?? { settled: 0, failed: 0 };
    settledIn.set(outer, { settled: settled + 1, failed: failed + (isFailed ? 1 : 0) });
  }

  function begin(name: string): void {
    poolUse.begin(name);
    queue.open(name);
  }

  function end(name: string): void {
    poolUse.end(name);
    queue.close(name);
  }

  return {
    of: (name) => (isWithin(name) ? progressOf(name) : undefined),
    active: (outermost) => around.get(outermost)?.active ?? [],
    queued: (outermost) => around.get(outermost)?.queued ?? [],
    settled(outer) {
      const { step, planned } = known.get(withoutItems(outer)) ?? {};
      if (planned?.inside === undefined || step?.foreach !== undefined) return undefined;
      return { ...(settledIn.get(outer) ?? { settled: 0, failed: 0 }), count: planned.inside.steps.length };
    },
    open: openAround,
    close(name) {
      settledIn.delete(name);
      end(name);
    },
    keep: (name) => settle(name, false),
    takeItems,
    again,
    take(event) {
      if (!('step' in event) || event.step === undefined || !isWithin(event.step)) return;
      const { step: name } = event;
      const step = progressOf(name);
      takeDetail(step, event);
      const { active } = aroundOf(name);
      const own = pathOf(name).at(-1)!;
      const outer = name.slice(0, -own.length - 1);
      // An item that is told by itself waits for its pool as its step does.
      const isItem = own.endsWith(']');
      switch (event.kind) {
        case 'step-started':
          step.status = 'running';
          delete step.awaits;
          active.add(step);
          poolUse.begin(name);
          if (!isItem) queue.begun(outer, own);
          openAround(name);
          return;
        case 'step-items':
          takeItems(event);
          return;
        case 'step-pending':
          step.status = 'pending';
          poolUse.end(name);
          return;
        case 'step-answered':
          step.status = 'running';
          return;
        case 'lock-awaited':
          step.awaits = awaitedBy(event, step.awaits);
          active.add(step);
          return;
        case 'lock-taken':
          delete step.awaits;
          return;
        case 'step-retrying':
          if (event.item === undefined) step.status = 'retrying';
          again(event);
          return;
        case 'step-looping':
          again(event);
          return;
        case 'step-succeeded':
        case 'step-failed':
        case 'step-cancelled':
        case 'step-skipped':
          step.status = SETTLED[event.kind];
          active.delete(step);
          if (!isItem) queue.begun(outer, own);
          if (event.kind === 'step-succeeded' && !isItem) queue.succeeded(outer, own);
          settle(name, event.kind === 'step-failed');
          settledIn.delete(name);
          end(name);
          steps.delete(name);
          return;
        default:
      }
    },
  };
}

export const SETTLED = {
  'step-succeeded': 'succeeded',
  'step-failed': 'failed',
  'step-cancelled': 'cancelled',
  'step-skipped': 'skipped',
} as const;
