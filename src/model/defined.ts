/** Steps and workflows again from what the history keeps of them: as they were, but at no place in a file. */
import type { RunDefinition, StepDefinition } from './history.ts';
import { isWithin, nameWithin, pathOf } from './nested.ts';
import type { SourceFile } from './source.ts';
import type { Step } from './step.ts';
import type { Workflow } from './workflow.ts';

const NOWHERE = { start: 0, end: 0 };

/** By itself, under its own name, with `inside` of the steps that were inside it. */
export function stepDefinedBy(definition: StepDefinition, inside?: Workflow): Step {
  const [name = ''] = pathOf(definition.name).slice(-1);
  const dependsOn = definition.dependsOn.map((one) => ({ name: pathOf(one).at(-1)!, span: NOWHERE }));
  // Of each kind by itself, since what is left of a union is none.
  if (definition.work !== undefined) {
    const { moduleHash: _hash, work, ...step } = definition;
    const file = { path: '', text: '' };
    const whole = !('inside' in work) ? work : { ...work, inside: inside ?? { file, ...work.inside, steps: [] } };
    return { ...step, work: whole, name, span: NOWHERE, dependsOn };
  }
  const { moduleHash: _hash, ...step } = definition;
  return { ...step, name, span: NOWHERE, dependsOn };
}

/** With all that is inside it; `around` is the file of the step. */
export function wholeStep(definition: StepDefinition, all: RunDefinition['steps'], around: SourceFile): Step {
  const { work } = definition;
  const isNested = work !== undefined && 'inside' in work;
  return stepDefinedBy(definition, isNested ? workflowInside(definition, all, around) : undefined);
}

export function workflowInside(
  { name, work }: StepDefinition,
  all: RunDefinition['steps'],
  around: SourceFile,
): Workflow {
  if (work === undefined || !('inside' in work)) throw new Error(`Internal error: nothing is inside step "${name}"`);
  const { file = around, ...declared } = work.inside;
  const begin = nameWithin(name, '');
  const inner = all.filter((one) => one.name.startsWith(begin) && !isWithin(one.name.slice(begin.length)));
  return { ...declared, file, steps: inner.map((one) => wholeStep(one, all, file)) };
}
