/** Which steps of a run that ended keep their outputs when it is resumed, and which start anew. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from '../../runners/kinds/find.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import type { TurnBegun } from '../model/event.ts';
import type { PastRun } from '../model/history.ts';
import type { KeptItems } from '../model/items.ts';
import { everyStep, pathOf, withoutItems } from '../model/nested.ts';
import type { NestedWork } from '../model/host-work.ts';
import type { Plan } from '../model/plan.ts';
import type { RunRecord, StepRecord } from '../model/record.ts';
import type { Step } from '../model/step.ts';
import { changesBetween, type StepChange } from './changes.ts';
import { definitionOf } from './definition.ts';
import type { History } from './history.ts';
import { pastItems } from './items.ts';
import { lastLinesOf } from './last-lines.ts';
import type { PastStep } from './past-step.ts';
import { Redone } from './redone.ts';

interface EarlierWait {
  readonly ask: string;
  readonly until?: number;
}

export interface ResumePlan {
  /** Outputs of the steps that are not run again. */
  readonly kept: ReadonlyMap<string, EncodedValue>;
  /** What steps waited for that had not ended. */
  readonly waits: ReadonlyMap<string, EarlierWait>;
  /** Of steps with steps inside them that were under way, the attempts that had failed. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Of a run that is parked, since when its time counts, and that of its steps by name. */
  readonly timedSince?: number;
  readonly stepsTimedSince: ReadonlyMap<string, number>;
  /** The turns in which its loops wait. */
  readonly turns: ReadonlyMap<string, TurnBegun>;
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
  const redone = new Redone(plan, failures);
  const isWhole = (value: EncodedValue): boolean =>
    filesIn(value).every(({ path }) => isThere(run.options.workdir, path));
  const kept = new Map<string, EncodedValue>();
  const stale: string[] = [];
  const damaged: string[] = [];
  for (const { step } of everyStep(plan)) {
    const output = past.get(step.name)?.output;
    if (output === undefined || again.has(pathOf(step.name)[0]!) || !redone.stands(step.name)) continue;
    const value = history.value(output);
    if (value === undefined || !isWhole(value)) damaged.push(step.name);
    else {
      kept.set(step.name, value);
      if (changed.has(step.name)) stale.push(step.name);
    }
  }
  const items = new Map<string, KeptItems>();
  for (const [name, { foreach }] of withInstances(plan, past)) {
    const [outer = name] = pathOf(withoutItems(name));
    if (again.has(outer)) continue;
    const row = past.get(name);
    const value = name === withoutItems(name) || row?.output === undefined ? undefined : history.value(row.output);
    if (value !== undefined && isWhole(value) && redone.stands(name)) {
      kept.set(name, value);
      // Of items as such it is told below.
      if (changed.has(withoutItems(name)) && !name.endsWith(']')) stale.push(name);
    }
    if (foreach === undefined || kept.has(name) || row === undefined) continue;
    const found = pastItems(history, run, name, isWhole);
    if (found === undefined) continue;
    const outputs = failed ? [...found.outputs].filter(([item]) => redone.itemStands(name, item)) : found.outputs;
    items.set(name, { ...found, outputs: new Map(outputs) });
  }
  const staleItems = [...items].flatMap(([step, { outputs }]) =>
    outputs.size > 0 && changed.has(withoutItems(step)) ? [step] : [],
  );
  const steps = everyStep(plan).flatMap(({ step }) => (kept.has(step.name) ? [step] : []));
  const { memory, steps: records, timedSince, stepsTimedSince = {}, turns = {} } = history.record(run);
  const isAgain = (name: string): boolean => again.has(pathOf(withoutItems(name))[0]!);
  const waits = new Map(
    [...records.values()].flatMap(({ name, status, pending }): [string, EarlierWait][] =>
      status !== 'pending' || pending === undefined || isAgain(name) || changed.has(withoutItems(name))
        ? []
        : [[name, { ask: pending.ask, ...(pending.until !== undefined && { until: pending.until }) }]],
    ),
  );
  const attempts = failedAttempts(records.values(), isAgain);
  return {
    kept,
    waits,
    attempts,
    ...(timedSince !== undefined && { timedSince }),
    stepsTimedSince: new Map(Object.entries(stepsTimedSince).filter(([name]) => !isAgain(name))),
    turns: new Map(Object.entries(turns).filter(([name]) => !isAgain(name))),
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

/** All steps by name, those too that were inside items of others. */
function withInstances(plan: Plan, past: ReadonlyMap<string, PastStep>): ReadonlyMap<string, Step> {
  const known = new Map(everyStep(plan).map(({ step }) => [step.name, step]));
  const found = new Map(known);
  for (const name of past.keys()) {
    const step = known.get(withoutItems(name));
    if (step !== undefined) found.set(name, step);
  }
  return found;
}

/** Of steps with steps inside them that had not settled, so that an attempt which was interrupted goes on under its number. */
function failedAttempts(
  records: Iterable<StepRecord>,
  isAgain: (name: string) => boolean,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { name, status, attempt, language, items } of records) {
    if (language === undefined || !NESTED.has(language) || isAgain(name)) continue;
    if (items !== undefined) for (const [item, failed] of items.attempts) found.set(`${name}[${item}]`, failed);
    else if (status === 'retrying') found.set(name, attempt);
    else if ((status === 'running' || status === 'pending') && attempt > 1) found.set(name, attempt - 1);
  }
  return found;
}

const NESTED: ReadonlySet<string> = new Set<NestedWork['kind']>(['workflow', 'group', 'race']);

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
