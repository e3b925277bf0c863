/** Which steps of a run that ended keep their outputs when it is resumed, and which start anew. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from '../../runners/kinds/find.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import type { PastRun } from '../model/history.ts';
import type { Plan } from '../model/plan.ts';
import { changesBetween, type StepChange } from './changes.ts';
import { definitionOf } from './definition.ts';
import type { History } from './history.ts';
import { lastLinesOf } from './last-lines.ts';

export interface ResumePlan {
  /** Outputs of the steps that are not run again. */
  readonly kept: ReadonlyMap<string, EncodedValue>;
  /** What the steps shared, by key. */
  readonly memory: ReadonlyMap<string, EncodedValue>;
  /** What those printed last whose `register` keeps that. */
  readonly lastLines: ReadonlyMap<string, string>;
  readonly changes: readonly StepChange[];
  /** Steps that changed though they had succeeded, and that nothing asks to run again. */
  readonly stale: readonly string[];
  /** Steps that had succeeded and run again because their outputs are damaged, or the files that these name are gone. */
  readonly damaged: readonly string[];
}

/** `from` runs again with everything that depends on it. */
export function planResume(history: History, run: PastRun, plan: Plan, from?: string): ResumePlan {
  const before = history.definition(run);
  const changes = before === undefined ? [] : changesBetween(before, definitionOf(plan));
  const changed = new Set(changes.filter(({ how }) => how === 'changed').map(({ step }) => step));
  const again = from === undefined ? new Set<string>() : behind(plan, from);
  const past = history.steps(run);
  const kept = new Map<string, EncodedValue>();
  const stale: string[] = [];
  const damaged: string[] = [];
  for (const { step } of plan.steps) {
    const output = past.get(step.name)?.output;
    if (output === undefined || again.has(step.name)) continue;
    const value = history.value(output);
    if (value === undefined || !filesIn(value).every(({ path }) => isThere(run.options.workdir, path)))
      damaged.push(step.name);
    else {
      kept.set(step.name, value);
      if (changed.has(step.name)) stale.push(step.name);
    }
  }
  const steps = plan.steps.flatMap(({ step }) => (kept.has(step.name) ? [step] : []));
  const { memory } = history.record(run);
  return {
    kept,
    memory: new Map(memory?.keys().map((key) => [key, memory.get(key)!])),
    lastLines: lastLinesOf(history, run, steps),
    changes,
    stale,
    damaged,
  };
}

/** A directory that was the run's own went with it. */
function isThere(workdir: string | undefined, path: string): boolean {
  return workdir !== undefined && existsSync(join(workdir, path));
}

function behind(plan: Plan, from: string): Set<string> {
  const names = new Set<string>();
  const worklist = plan.steps.filter(({ step }) => step.name === from);
  for (let next = worklist.pop(); next !== undefined; next = worklist.pop()) {
    if (names.has(next.step.name)) continue;
    names.add(next.step.name);
    worklist.push(...next.dependants.map((index) => plan.steps[index]!));
  }
  return names;
}
