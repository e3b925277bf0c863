/** A plan of one step of a past run, with the inputs that it got. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { KeptValue, PastRun, RunDefinition, StepDefinition } from '../model/history.ts';
import { itemNamed } from '../model/items.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { isCode, type Step } from '../model/workflow.ts';
import type { History } from './history.ts';
import { stepDefinedBy } from './definition.ts';
import { pastItems } from './items.ts';
import { lastLinesOf } from './last-lines.ts';

export interface Replay {
  /** What the step needs counts as done already. */
  readonly plan: Plan;
  readonly inputs: ReadonlyMap<string, EncodedValue>;
  /** The key under which it ran, by its name; empty where it was not to be cached. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** What the steps behind these printed last, where that is a variable. */
  readonly lastLines: ReadonlyMap<string, string>;
  /** What the step handed on then. */
  readonly output?: KeptValue;
  /** The same of the one item that is done. */
  readonly itemOutput?: EncodedValue;
}

/** The error is a sentence. */
export function replayOf(history: History, run: PastRun, name: string): Result<Replay, string> {
  const definition = history.definition(run);
  const { step: own, item } = itemNamed(name);
  const step = definition?.steps.find((one) => one.name === own);
  if (item !== undefined && step !== undefined && step.foreach === undefined) return fail(`Step "${own}" has no items`);
  if (definition === undefined || step === undefined) return fail(`What step "${name}" was to do is damaged or gone`);
  const inputs = new Map<string, EncodedValue>();
  for (const input of step.takesFrom ?? step.dependsOn) {
    const kept = outputOf(history, run, definition, input);
    // A step that starts whatever its dependencies did got nothing from those that did not succeed.
    if (kept === undefined && step.runIf !== undefined) continue;
    if (kept === undefined) return fail(`Step "${name}" never got its inputs: "${input}" has no output in that run`);
    const value = history.value(kept);
    if (value === undefined) return fail(`The output of "${input}", which step "${name}" got, is damaged`);
    inputs.set(input, value);
  }
  const { output, key } = history.step(run, own) ?? {};
  const keys = new Map(key === undefined ? [] : [[own, key]]);
  const others = definition.steps.filter((one) => inputs.has(one.name));
  const plan = planOf(run, definition, others.map(stepOf), onlyItem(stepOf(step), item));
  const lastLines = lastLinesOf(history, run, others.map(stepOf));
  const itemOutput = item === undefined ? undefined : pastItems(history, run, own, () => true)?.outputs.get(item);
  return ok({
    plan,
    inputs,
    keys,
    lastLines,
    ...(output !== undefined && item === undefined && { output }),
    ...(itemOutput && { itemOutput }),
  });
}

function onlyItem(step: Step, only: number | undefined): Step {
  return only === undefined || step.foreach === undefined ? step : { ...step, foreach: { ...step.foreach, only } };
}

/** What a step handed on, or the one that stood in for it. */
function outputOf(history: History, run: PastRun, { steps }: RunDefinition, name: string): KeptValue | undefined {
  const own = history.step(run, name)?.output;
  const fallback = own === undefined ? steps.find((step) => step.name === name)?.fallback : undefined;
  return fallback === undefined ? own : history.step(run, fallback)?.output;
}

/** The same step with other code. */
export function withCode({ plan, ...rest }: Replay, code: string): Replay {
  const last = plan.steps.at(-1)!;
  if (!isCode(last.step) || last.step.script.kind !== 'code') return { plan, ...rest };
  const step = { ...last.step, script: { ...last.step.script, code } };
  const others = plan.steps.slice(0, -1).map((one) => one.step);
  return { ...rest, plan: planOf({ workflow: plan.workflow.name }, plan.workflow, others, step) };
}

function planOf(
  { workflow }: Pick<PastRun, 'workflow'>,
  { file, inputs }: Pick<Plan['workflow'], 'file' | 'inputs'>,
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
    workflow: { name: workflow, file, ...(inputs && { inputs }), steps },
    warnings: [],
    steps: planned,
    levels: first.length === 0 ? [[0]] : [first, [others.length]],
  };
}

/** That it ran is known: what decided it is left out. */
function stepOf(definition: StepDefinition): Step {
  const { condition: _c, runIf: _r, branches: _b, fallback: _f, onFailure: _o, ...step } = stepDefinedBy(definition);
  return step;
}
