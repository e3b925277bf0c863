/** A plan of one step of a past run, with the inputs that it got. */
import type { EncodedValue } from '../../runners/contract.ts';
import { stepDefinedBy, workflowInside } from '../model/defined.ts';
import type { KeptValue, PastRun, RunDefinition, StepDefinition } from '../model/history.ts';
import type { WorkflowInput } from '../model/input.ts';
import { itemNamed } from '../model/items.ts';
import { isWithin, nameBeside, nameWithin, nestedWork, pathOf, withoutItems } from '../model/nested.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import type { SourceFile } from '../model/source.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { planWorkflow } from '../plan/index.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import type { History } from './history.ts';
import { pastItems } from './items.ts';
import { lastLinesOf } from './last-lines.ts';

export interface Replay {
  /** What the step needs counts as done already. The step is the last one, or is inside that, last again. */
  readonly plan: Plan;
  /** Steps around it. */
  readonly depth: number;
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
  if (definition === undefined) return fail(`What step "${name}" was to do is damaged or gone`);
  const rebuilding = new Rebuilding(history, run, definition);
  const path = pathOf(name);
  const plan = rebuilding.plan(path);
  if (!plan.ok) return plan;
  const { step: own, item } = itemNamed(name);
  const { output, key } = history.step(run, own) ?? {};
  const keys = new Map(key === undefined ? [] : [[withoutItems(own), key]]);
  const { inputs, lastLines } = rebuilding;
  const itemOutput = item === undefined ? undefined : pastItems(history, run, own, () => true)?.outputs.get(item);
  return ok({
    plan: plan.value,
    depth: path.length - 1,
    inputs,
    keys,
    lastLines,
    ...(output !== undefined && item === undefined && { output }),
    ...(itemOutput && { itemOutput }),
  });
}

/** Where steps are that see one another. */
interface Place {
  readonly workflow: string;
  readonly file: SourceFile;
  readonly inputs?: readonly WorkflowInput[] | undefined;
}

/** Puts together what a step got, and what each of those got that it is inside of. */
class Rebuilding {
  /** By the names in the whole run. */
  readonly inputs: Map<string, EncodedValue> = new Map();
  readonly lastLines: Map<string, string> = new Map();
  readonly #history: History;
  readonly #run: PastRun;
  readonly #definition: RunDefinition;

  constructor(history: History, run: PastRun, definition: RunDefinition) {
    this.#history = history;
    this.#run = run;
    this.#definition = definition;
  }

  /** Of the first step in `path`, with what comes behind it inside; `outer` is what it is inside of, as it was then. */
  plan(
    [first = '', ...rest]: readonly string[],
    outer?: string,
    place: Place = this.#definition,
  ): Result<Plan, string> {
    const past = outer === undefined ? first : nameWithin(outer, first);
    const name = withoutItems(past);
    const { item } = itemNamed(first);
    const definition = this.#definition.steps.find((one) => one.name === name);
    if (definition === undefined) return fail(`What step "${name}" was to do is damaged or gone`);
    if (item !== undefined && definition.foreach === undefined) return fail(`Step "${name}" has no items`);
    const others = this.#givenTo(definition, outer);
    if (!others.ok) return others;
    const { work } = definition;
    if (rest.length === 0) {
      const whole = work !== undefined && 'inside' in work ? this.#inside(definition, place) : undefined;
      if (whole?.ok === false) return fail(`What is inside step "${name}" is damaged or gone`);
      const step = onlyItem(stepOf(definition, whole?.value.workflow), item);
      return ok(planOf(place, others.value, step, whole?.value));
    }
    if (work === undefined || !('inside' in work)) return fail(`There is nothing inside step "${name}"`);
    if (definition.foreach !== undefined && item === undefined)
      return fail(`Step "${name}" is done for each of several items; name one of them: "${past}[0]/${rest.join('/')}"`);
    const { outputs: _outputs, file = place.file, ...declared } = work.inside;
    const isFile = work.kind === 'workflow';
    const within: Place = { workflow: declared.name, file, inputs: isFile ? declared.inputs : place.inputs };
    const inside = this.plan(rest, past, within);
    if (!inside.ok) return inside;
    const workflow = { ...declared, file, steps: inside.value.workflow.steps };
    const step = onlyItem(stepOf(definition, workflow), item);
    const lost = this.#lostTo(past, rest[0]!, step);
    if (lost !== undefined) return fail(lost);
    return ok(planOf(place, others.value, step, { ...inside.value, workflow }));
  }

  /** All that was inside a step, to be done anew. */
  #inside(outer: StepDefinition, { file: around }: Pick<Place, 'file'>): ReturnType<typeof planWorkflow> {
    return planWorkflow(workflowInside(outer, this.#definition.steps, around));
  }

  /** Why the callback of a group cannot have what it got: only successes are kept. */
  #lostTo(group: string, inner: string, { work }: Step): string | undefined {
    if (work?.kind !== 'group' || work.callback !== inner) return undefined;
    const begin = nameWithin(group, '');
    const lost = [...this.#history.steps(this.#run).values()].find(
      ({ step, status }) =>
        step.startsWith(begin) &&
        !isWithin(step.slice(begin.length)) &&
        status !== 'succeeded' &&
        step !== begin + inner,
    );
    return lost && `Step "${begin}${inner}" got how "${lost.step}" ended, which is not kept: it is ${lost.status}`;
  }

  /** The steps from which it took its inputs, which are noted. */
  #givenTo(step: StepDefinition, outer: string | undefined): Result<Step[], string> {
    const { name } = step;
    const names = step.takesFrom?.map((one) => nameBeside(name, one)) ?? step.dependsOn;
    const found = isCallback(step, this.#definition) ? step.dependsOn : names;
    const pastOf = (one: string): string => (outer === undefined ? one : nameWithin(outer, pathOf(one).at(-1)!));
    for (const input of found) {
      const kept = this.#outputOf(input, pastOf);
      // A step that starts whatever its dependencies did got nothing from those that did not succeed.
      if (kept === undefined && step.runIf !== undefined) continue;
      if (kept === undefined) return fail(`Step "${name}" never got its inputs: "${input}" has no output in that run`);
      const value = this.#history.value(kept);
      if (value === undefined) return fail(`The output of "${input}", which step "${name}" got, is damaged`);
      this.inputs.set(input, value);
    }
    const others = this.#definition.steps.filter((one) => found.includes(one.name) && this.inputs.has(one.name));
    for (const other of others) {
      const [line] = lastLinesOf(this.#history, this.#run, [{ ...stepOf(other), name: pastOf(other.name) }]).values();
      if (line !== undefined) this.lastLines.set(other.name, line);
    }
    return ok(others.map((one) => stepOf(one)));
  }

  /** What a step handed on, or the one that stood in for it. */
  #outputOf(name: string, pastOf: (name: string) => string): KeptValue | undefined {
    const own = this.#history.step(this.#run, pastOf(name))?.output;
    const { fallback } = this.#definition.steps.find((step) => step.name === name) ?? {};
    if (own !== undefined || fallback === undefined) return own;
    return this.#history.step(this.#run, pastOf(nameBeside(name, fallback)))?.output;
  }
}

function onlyItem(step: Step, only: number | undefined): Step {
  return only === undefined || step.foreach === undefined ? step : { ...step, foreach: { ...step.foreach, only } };
}

/** It takes nothing from the others by their names, and gets how they ended. */
function isCallback({ name }: StepDefinition, { steps }: RunDefinition): boolean {
  const [own = '', ...around] = pathOf(name).toReversed();
  const outer = steps.find((one) => one.name === around.toReversed().join('/'));
  return outer?.work?.kind === 'group' && outer.work.callback === own;
}

/** The one that is to be done again. */
export function stepToDo({ plan, depth }: Pick<Replay, 'plan' | 'depth'>): Step {
  const { step, inside } = plan.steps.at(-1)!;
  return depth === 0 || inside === undefined ? step : stepToDo({ plan: inside, depth: depth - 1 });
}

/** The same with that step changed. */
export function withStep(replay: Replay, change: (step: Step) => Step): Replay {
  return { ...replay, plan: withLast(replay.plan, replay.depth, change) };
}

function withLast(plan: Plan, depth: number, change: (step: Step) => Step): Plan {
  const last = plan.steps.at(-1)!;
  const changed = depth === 0 ? { ...last, step: change(last.step) } : withinLast(last, depth, change);
  const { workflow } = plan;
  return {
    ...plan,
    workflow: { ...workflow, steps: [...workflow.steps.slice(0, -1), changed.step] },
    steps: [...plan.steps.slice(0, -1), changed],
  };
}

function withinLast(last: PlannedStep, depth: number, change: (step: Step) => Step): PlannedStep {
  const { step } = last;
  if (last.inside === undefined || nestedWork(step) === undefined)
    throw new Error(`Internal error: nothing is inside step "${step.name}"`);
  const inside = withLast(last.inside, depth - 1, change);
  return { ...last, inside, step: { ...step, work: { ...step.work, inside: inside.workflow } } as Step };
}

/** What of the plan is done: without the steps whose outputs are there. */
export function doneAnew({ plan, depth }: Pick<Replay, 'plan' | 'depth'>): Plan {
  const last = plan.steps.at(-1)!;
  const inside = depth === 0 ? last.inside : last.inside && doneAnew({ plan: last.inside, depth: depth - 1 });
  return {
    ...plan,
    workflow: { ...plan.workflow, steps: [last.step] },
    steps: [{ ...last, index: 0, ...(inside && { inside }) }],
  };
}

function planOf({ workflow, file, inputs }: Place, others: Step[], step: Step, inside?: Plan): Plan {
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
      ...(isLast && inside && { inside }),
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
function stepOf(definition: StepDefinition, inside?: Workflow): Step {
  const step = stepDefinedBy(definition, inside);
  const { condition: _c, runIf: _r, branches: _b, fallback: _f, onFailure: _o, ...rest } = step;
  return rest;
}
