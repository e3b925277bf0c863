/** Which dependants of a step with a `switch` are not to run. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { celValue } from '../expressions/values.ts';
import type { Plan } from '../model/plan.ts';
import { ok, type Result } from '../model/result.ts';
import type { Step } from '../model/step.ts';
import type { Facts } from './facts.ts';
import type { Exclusion } from './settling.ts';

/** Nothing where the step has no `switch`. */
export function chosenBy(
  step: Step,
  output: EncodedValue,
  plan: Plan,
  facts: Facts | undefined,
): Result<Exclusion | undefined, StepFailure> {
  const { branches } = step;
  if (branches === undefined || facts === undefined) return ok(undefined);
  const value = facts.text(branches.on, step, { output: celValue(output) });
  if (!value.ok) return value;
  const chosen = new Set(branches.cases.find(([word]) => word === value.value)?.[1] ?? branches.others);
  const all = new Set([...branches.cases.flatMap(([, steps]) => steps), ...branches.others]);
  const indexOf = new Map(plan.steps.map(({ index, step: { name } }) => [name, index]));
  const steps = [...all].filter((name) => !chosen.has(name)).flatMap((name) => indexOf.get(name) ?? []);
  return ok({ steps: new Set(steps), because: { kind: 'case', step: step.name, value: JSON.stringify(value.value) } });
}
