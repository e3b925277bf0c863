/** What recorded times tell: which chain of steps the run waited for, and how long it would have taken otherwise. */
import { wholeStep } from '../model/defined.ts';
import type { RunDefinition } from '../model/history.ts';
import { isWithin } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode } from '../model/workflow.ts';
import { planWorkflow } from '../plan/index.ts';
import { Places } from '../run/places.ts';
import { Scheduler } from '../run/scheduler.ts';

/** Nothing where the definition is no plan, which one that was kept always is. */
export function planOf(definition: RunDefinition): Plan | undefined {
  const { file, steps: all } = definition;
  const steps = all.filter(({ name }) => !isWithin(name)).map((step) => wholeStep(step, all, file));
  const plan = planWorkflow({ name: definition.workflow, file, steps });
  return plan.ok ? plan.value : undefined;
}

export interface Chain {
  /** Indices into the plan's steps. */
  readonly steps: readonly number[];
  readonly ms: number;
}

/** The chain of dependencies that took longest: no mode and no machine is faster. `ms` is by index. */
export function criticalPath({ steps }: Plan, ms: readonly number[]): Chain {
  const total: number[] = [];
  const before: number[] = [];
  let last = -1;
  for (const { index, dependsOn } of steps) {
    let longest = -1;
    for (const dependency of dependsOn)
      if (longest === -1 || total[dependency]! > total[longest]!) longest = dependency;
    before[index] = longest;
    total[index] = ms[index]! + (longest === -1 ? 0 : total[longest]!);
    if (last === -1 || total[index] > total[last]!) last = index;
  }
  const chain: number[] = [];
  for (let at = last; at !== -1; at = before[at]!) chain.push(at);
  return { steps: chain.toReversed(), ms: last === -1 ? 0 : total[last]! };
}

/** How long the steps would have taken in another mode, in milliseconds, if each took as long as it did. */
export function simulated(
  plan: Plan,
  ms: readonly number[],
  { mode, cap }: { readonly mode: ExecutionMode; readonly cap: number },
): number {
  const scheduler = new Scheduler(plan, { mode, places: new Places(Math.max(1, cap)), failureMode: 'continue' });
  const running: { index: number; end: number }[] = [];
  let now = 0;
  for (;;) {
    for (const index of scheduler.take()) {
      // Kept in order of their ends, the first at the end of the list.
      const end = now + ms[index]!;
      let at = running.length;
      while (at > 0 && running[at - 1]!.end < end) at -= 1;
      running.splice(at, 0, { index, end });
    }
    const next = running.pop();
    if (next === undefined) return now;
    now = next.end;
    scheduler.settle(next.index, { how: 'succeeded' });
  }
}
