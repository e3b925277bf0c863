/** Which steps of a run that ended keep their outputs when it is resumed, and which start anew. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from '../../runners/kinds/find.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import type { PastRun } from '../model/history.ts';
import type { KeptItems } from '../model/items.ts';
import { everyStep, pathOf } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { RunRecord } from '../model/record.ts';
import { changesBetween, type StepChange } from './changes.ts';
import { definitionOf } from './definition.ts';
import type { History } from './history.ts';
import { pastItems } from './items.ts';
import { lastLinesOf } from './last-lines.ts';

interface EarlierWait {
  readonly ask: string;
  readonly until?: number;
}

export interface ResumePlan {
  /** Outputs of the steps that are not run again. */
  readonly kept: ReadonlyMap<string, EncodedValue>;
  /** What steps waited for that had not ended. */
  readonly waits: ReadonlyMap<string, EarlierWait>;
  /** What the steps shared, by key. */
  readonly memory: ReadonlyMap<string, EncodedValue>;
  /** What those printed last whose `register` keeps that. */
  readonly lastLines: ReadonlyMap<string, string>;
  /** What items of steps that run again have given already. */
  readonly items: ReadonlyMap<string, KeptItems>;
  /** Steps that failed, or of which items did, where these run again though the run went on without them. */
  readonly failed: readonly string[];
  readonly changes: readonly StepChange[];
  /** Steps that changed though they had succeeded, and that nothing asks to run again. */
  readonly stale: readonly string[];
  /** The same of steps of which some items had succeeded. */
  readonly staleItems: readonly string[];
  /** Steps that had succeeded and run again because their outputs are damaged, or the files that these name are gone. */
  readonly damaged: readonly string[];
}

export interface Again {
  /** It runs again with everything that depends on it. */
  readonly from?: string | undefined;
  /** Failed items and steps run again though the run went on without them, with everything that depends on these. */
  readonly failed?: boolean;
}

export function planResume(
  history: History,
  run: PastRun,
  plan: Plan,
  { from, failed = false }: Again = {},
): ResumePlan {
  const before = history.definition(run);
  const changes = before === undefined ? [] : changesBetween(before, definitionOf(plan));
  const changed = new Set(changes.filter(({ how }) => how === 'changed').map(({ step }) => step));
  const again = from === undefined ? new Set<string>() : behind(plan, [from]);
  const past = history.steps(run);
  const failures = failed ? failedIn(history.record(run)) : [];
  const redone = behind(plan, failures);
  const isWhole = (value: EncodedValue): boolean =>
    filesIn(value).every(({ path }) => isThere(run.options.workdir, path));
  const kept = new Map<string, EncodedValue>();
  const stale: string[] = [];
  const damaged: string[] = [];
  for (const { step } of everyStep(plan)) {
    const output = past.get(step.name)?.output;
    if (output === undefined || again.has(pathOf(step.name)[0]!) || redone.has(step.name)) continue;
    const value = history.value(output);
    if (value === undefined || !isWhole(value)) damaged.push(step.name);
    else {
      kept.set(step.name, value);
      if (changed.has(step.name)) stale.push(step.name);
    }
  }
  const items = new Map<string, KeptItems>();
  for (const { step } of plan.steps) {
    if (step.foreach === undefined || kept.has(step.name) || again.has(step.name)) continue;
    // What depends on an item that is done again starts anew.
    if (redone.has(step.name) && !failures.includes(step.name)) continue;
    const found = pastItems(history, run, step.name, isWhole);
    if (found !== undefined) items.set(step.name, found);
  }
  const staleItems = [...items.keys()].filter((step) => changed.has(step));
  const steps = everyStep(plan).flatMap(({ step }) => (kept.has(step.name) ? [step] : []));
  const { memory, steps: records } = history.record(run);
  const waits = new Map(
    [...records.values()].flatMap(({ name, status, pending }): [string, EarlierWait][] =>
      status !== 'pending' || pending === undefined || again.has(pathOf(name)[0]!) || changed.has(name)
        ? []
        : [[name, { ask: pending.ask, ...(pending.until !== undefined && { until: pending.until }) }]],
    ),
  );
  return {
    kept,
    waits,
    memory: new Map(memory?.keys().map((key) => [key, memory.get(key)!])),
    lastLines: lastLinesOf(history, run, steps),
    items,
    failed: failures,
    changes,
    stale,
    staleItems,
    damaged,
  };
}

/** A directory that was the run's own went with it. */
function isThere(workdir: string | undefined, path: string): boolean {
  return workdir !== undefined && existsSync(join(workdir, path));
}

/** Steps that failed, or of which items did. */
function failedIn({ steps }: RunRecord): string[] {
  return [...steps.values()].flatMap(({ name, status, items }) =>
    status === 'failed' || (items?.counts.failed ?? 0) > 0 ? [name] : [],
  );
}

function behind(plan: Plan, from: readonly string[]): Set<string> {
  const names = new Set<string>();
  const worklist = plan.steps.filter(({ step }) => from.includes(step.name));
  for (let next = worklist.pop(); next !== undefined; next = worklist.pop()) {
    if (names.has(next.step.name)) continue;
    names.add(next.step.name);
    worklist.push(...next.dependants.map((index) => plan.steps[index]!));
  }
  return names;
}
