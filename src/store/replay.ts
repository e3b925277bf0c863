/** A plan of one step of a past run, with the inputs that it got. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { KeptValue, PastRun, StepDefinition } from '../model/history.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Step } from '../model/workflow.ts';
import type { History } from './history.ts';

export interface Replay {
  /** What the step needs counts as done already. */
  readonly plan: Plan;
  readonly inputs: ReadonlyMap<string, EncodedValue>;
  /** The key under which it ran, by its name; empty where it was not to be cached. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** What the step handed on then. */
  readonly output?: KeptValue;
}

const NOWHERE = { start: 0, end: 0 };

/** The error is a sentence. */
export function replayOf(history: History, run: PastRun, name: string): Result<Replay, string> {
  const definition = history.definition(run);
  const step = definition?.steps.find((one) => one.name === name);
  if (definition === undefined || step === undefined) return fail(`What step "${name}" was to do is damaged or gone`);
  const inputs = new Map<string, EncodedValue>();
  for (const input of step.dependsOn) {
    const kept = history.step(run, input)?.output;
    if (kept === undefined) return fail(`Step "${name}" never got its inputs: "${input}" has no output in that run`);
    const value = history.value(kept);
    if (value === undefined) return fail(`The output of "${input}", which step "${name}" got, is damaged`);
    inputs.set(input, value);
  }
  const { output, key } = history.step(run, name) ?? {};
  const keys = new Map(key === undefined ? [] : [[name, key]]);
  const others = definition.steps.filter((one) => inputs.has(one.name));
  const plan = planOf(run, definition.file, others.map(stepOf), stepOf(step));
  return ok({ plan, inputs, keys, ...(output !== undefined && { output }) });
}

/** The same step with other code. */
export function withCode({ plan, ...rest }: Replay, code: string): Replay {
  const last = plan.steps.at(-1)!;
  const { script } = last.step;
  if (script.kind !== 'code') return { plan, ...rest };
  const step: Step = { ...last.step, script: { ...script, code } };
  const others = plan.steps.slice(0, -1).map((one) => one.step);
  return { ...rest, plan: planOf({ workflow: plan.workflow.name }, plan.workflow.file, others, step) };
}

function planOf(
  { workflow }: Pick<PastRun, 'workflow'>,
  file: Plan['workflow']['file'],
  others: Step[],
  step: Step,
): Plan {
  const steps = [...others, step];
  const planned = steps.map((one, index): PlannedStep => {
    const isLast = index === others.length;
    return {
      index,
      step: one,
      level: isLast && others.length > 0 ? 1 : 0,
      dependsOn: isLast ? others.map((_, i) => i) : [],
      dependants: isLast ? [] : [others.length],
      weight: isLast ? 1 : 2,
    };
  });
  const first = others.map((_, i) => i);
  return {
    workflow: { name: workflow, file, steps },
    warnings: [],
    steps: planned,
    levels: first.length === 0 ? [[0]] : [first, [others.length]],
  };
}

function stepOf({ dependsOn, moduleHash: _hash, ...step }: StepDefinition): Step {
  return { ...step, span: NOWHERE, dependsOn: dependsOn.map((name) => ({ name, span: NOWHERE })) };
}
