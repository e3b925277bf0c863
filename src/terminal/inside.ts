/** Keeps count of the steps inside steps, which are shown while they run and told as they settle. */
import type { RunEvent } from '../model/event.ts';
import { everyStep, isWithin, pathOf, withoutItems } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { kindWord } from '../model/step.ts';
import { awaitedBy } from './awaited.ts';
import type { StepProgress } from './progress.ts';

export interface Inside {
  /** Of one step, by its name in the whole run; nothing where it is not inside another. */
  of(name: string): StepProgress | undefined;
  /** Those inside the outermost step of that name that run or wait for their next attempt, in the order in which they started. */
  active(outermost: string): Iterable<StepProgress>;
  /** Those inside it that have settled. */
  settled(outermost: string): number;
  take(event: RunEvent): void;
}

interface Around {
  readonly active: Set<StepProgress>;
  settled: number;
}

export function createInside(plan: Plan): Inside {
  const kinds = new Map<string, { readonly kind: string; readonly attempts: number }>();
  for (const { step, depth } of everyStep(plan)) {
    if (depth > 0) kinds.set(step.name, { kind: kindWord(step), attempts: step.retry.retries + 1 });
  }
  const steps = new Map<string, StepProgress>();
  const around = new Map<string, Around>();

  function aroundOf(name: string): Around {
    const [outermost = name] = pathOf(name);
    const found = around.get(outermost) ?? { active: new Set(), settled: 0 };
    around.set(outermost, found);
    return found;
  }

  function progressOf(name: string): StepProgress {
    const found = steps.get(name);
    if (found !== undefined) return found;
    const { kind, attempts } = kinds.get(withoutItems(name)) ?? { kind: 'group', attempts: 1 };
    const progress: StepProgress = {
      name,
      level: 0,
      language: kind,
      attempts,
      status: 'waiting',
      missing: 0,
      cost: 1,
      attempt: 0,
    };
    steps.set(name, progress);
    return progress;
  }

  return {
    of: (name) => (isWithin(name) ? progressOf(name) : undefined),
    active: (outermost) => around.get(outermost)?.active ?? [],
    settled: (outermost) => around.get(outermost)?.settled ?? 0,
    take(event) {
      if (event.kind === 'step-retrying') aroundOf(event.step).settled -= event.inside?.length ?? 0;
      if (!('step' in event) || !isWithin(event.step)) return;
      const step = progressOf(event.step);
      const place = aroundOf(event.step);
      switch (event.kind) {
        case 'step-started':
          step.status = 'running';
          delete step.awaits;
          step.attempt = event.attempt;
          step.startedAt ??= event.at;
          place.active.add(step);
          return;
        case 'lock-awaited':
          step.awaits = awaitedBy(event, step.awaits);
          place.active.add(step);
          return;
        case 'lock-taken':
          delete step.awaits;
          return;
        case 'step-retrying':
          if (event.item === undefined) step.status = 'retrying';
          return;
        case 'step-succeeded':
        case 'step-failed':
        case 'step-cancelled':
        case 'step-skipped':
          step.status = SETTLED[event.kind];
          if (event.kind !== 'step-skipped') step.durationMs = event.durationMs;
          place.active.delete(step);
          place.settled += 1;
          steps.delete(event.step);
          return;
        default:
      }
    },
  };
}

const SETTLED = {
  'step-succeeded': 'succeeded',
  'step-failed': 'failed',
  'step-cancelled': 'cancelled',
  'step-skipped': 'skipped',
} as const;
