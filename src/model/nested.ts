/** Steps inside steps: what they are called, and all of them in a row. */
import type { Plan, PlannedStep } from './plan.ts';
import type { SourceFile } from './source.ts';
import type { Workflow } from './workflow.ts';
import type { Step } from './step.ts';
import type { NestedWork } from './host-work.ts';

/** Between the names of a step and one inside it; no name has it. */
const BETWEEN = '/';

/** `outer/inner`: what a step inside another is called wherever it is not among its own. */
export function nameWithin(outer: string, inner: string): string {
  return `${outer}${BETWEEN}${inner}`;
}

/** What a step is called in the whole run that is beside the one of that name. */
export function nameBeside(name: string, other: string): string {
  return name.slice(0, name.lastIndexOf(BETWEEN) + 1) + other;
}

/** What it is called in the plan, where it is inside an item of a step or is one. */
export function withoutItems(name: string): string {
  return name.replaceAll(/\[\d+\]/g, '');
}

/** Whether it is inside another one, or an item that is told by itself, as those are that ask or wait. */
export function isWithin(name: string): boolean {
  return name.includes(BETWEEN) || name.endsWith(']');
}

/** The names of the steps around it, the outermost first, and its own. */
export function pathOf(name: string): readonly string[] {
  return name.split(BETWEEN);
}

export function nestedWork(step: Step): NestedWork | undefined {
  const { work } = step;
  switch (work?.kind) {
    case 'workflow':
    case 'group':
    case 'race':
      return work;
    default:
      return undefined;
  }
}

/** A step and the file that it is in, under the name that it has in the whole run. */
export interface NamedStep {
  readonly step: Step;
  readonly file: SourceFile;
  readonly planned: PlannedStep;
  /** Steps around it. */
  readonly depth: number;
}

/** Each in plan order, those inside a step right behind it. */
export function everyStep(plan: Plan): NamedStep[] {
  const found: NamedStep[] = [];
  const take = ({ steps, workflow: { file } }: Plan, outer: string | undefined, depth: number): void => {
    for (const planned of steps) {
      const step = outer === undefined ? planned.step : named(planned.step, outer);
      found.push({ step, file, planned, depth });
      if (planned.inside !== undefined) take(planned.inside, step.name, depth + 1);
    }
  };
  take(plan, undefined, 0);
  return found;
}

/** With those that are inside items of a step right behind that, as all others that are inside one are. */
export function inRow<S extends { readonly name: string }>(steps: Iterable<S>): S[] {
  const rows = new Map<string, S[]>();
  for (const step of steps) {
    const outermost = withoutItems(pathOf(step.name)[0]!);
    const row = rows.get(outermost);
    if (row === undefined) rows.set(outermost, [step]);
    else row.push(step);
  }
  return [...rows.values()].flat();
}

/** Of the steps inside it; none where each of its items has its own. */
export function namesInside({ step, inside }: PlannedStep): readonly string[] {
  if (inside === undefined || step.foreach !== undefined) return [];
  return inside.steps.flatMap((inner) =>
    [inner.step.name, ...namesInside(inner)].map((name) => nameWithin(step.name, name)),
  );
}

/** The same of a workflow that is not yet planned, in declared order. */
export function everyStepOf({ steps }: Pick<Workflow, 'steps'>): readonly Step[] {
  if (steps.every((step) => nestedWork(step) === undefined)) return steps;
  return steps.flatMap((step) => {
    const work = nestedWork(step);
    return work === undefined ? [step] : [step, ...everyStepOf(work.inside).map((one) => named(one, step.name))];
  });
}

export function named<S extends Step>(step: S, outer: string): S {
  return { ...step, name: nameWithin(outer, step.name) };
}

/** Under that name, which it may have as part of an item. */
export function namedStep(steps: ReadonlyMap<string, NamedStep>, name: string): Pick<NamedStep, 'step' | 'file'> {
  const found = steps.get(name) ?? steps.get(withoutItems(name));
  if (found === undefined)
    throw new Error(`Internal error: an event names step "${name}", which the plan does not have`);
  return found.step.name === name ? found : { ...found, step: { ...found.step, name } };
}
