/** Which outputs of an earlier part of a run still stand when it goes on. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { Plan } from '../model/plan.ts';
import type { RunIf } from '../model/step.ts';

/** By the index of the step, in plan order. */
export function stillStanding(plan: Plan, kept: ReadonlyMap<string, EncodedValue>): ReadonlyMap<number, EncodedValue> {
  const standing = new Map<number, EncodedValue>();
  /** Done again, because it was undone, or what it depends on was. */
  const undone = new Set<number>();
  const replacedBy = new Map(plan.steps.map(({ step }) => [step.fallback, step.name]));
  for (const { index, step, dependsOn } of plan.steps) {
    const output = kept.get(step.name);
    if (output === undefined) continue;
    const isUndone = step.compensate !== undefined && kept.has(step.compensate);
    if (isUndone || dependsOn.some((dependency) => undone.has(dependency))) {
      undone.add(index);
      continue;
    }
    // What stood in for a step that is to run again waits for how that ends.
    const replaced = replacedBy.get(step.name);
    if (replaced !== undefined && !kept.has(replaced)) continue;
    if (isOfEnds(step.runIf) && !dependsOn.every((dependency) => standing.has(dependency))) continue;
    standing.set(index, output);
  }
  return standing;
}

/** Whether it deals with how others end, which may be otherwise this time. */
function isOfEnds(runIf: RunIf | undefined): boolean {
  return runIf !== undefined && ['all_done', 'always', 'one_failed'].includes(runIf.rule);
}
