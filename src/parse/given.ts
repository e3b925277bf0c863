/** Whether what a step gives a workflow inside it is what that workflow takes, as far as the file tells. */
import type { Diagnostic } from '../model/diagnostic.ts';
import type { PlainValue } from '../model/input.ts';
import { problemOfInput } from '../model/input-value.ts';
import { didYouMean } from '../model/nearest.ts';
import type { SourceFile } from '../model/source.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import { mistake } from './mistakes.ts';
import type { NestedFile } from './nested.ts';

/** What has to be computed is looked at when the step starts. */
export function givenInputs(
  file: SourceFile,
  { path, span, inputs }: NestedFile,
  step: Step,
  { inputs: declared = [], file: inside }: Workflow,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const owner = `step "${path.join('/')}"`;
  const names = declared.map(({ name }) => name);
  for (const [name, place] of inputs) {
    const input = declared.find((one) => one.name === name);
    if (input === undefined) {
      const message = `"${inside.path}" declares no input "${name}", which ${owner} gives it${didYouMean(name, names)}`;
      found.push(mistake(file, 'bad-input', place, message));
      continue;
    }
    const template = step.inputs?.[name];
    if (template?.kind !== 'constant') continue;
    const value = JSON.parse(template.json) as PlainValue;
    const problem = problemOfInput(value, input);
    if (problem === undefined) continue;
    const shown = input.secret ? 'Its value is not shown.' : `It is given ${JSON.stringify(value)}.`;
    found.push(mistake(file, 'bad-input', place, `Input "${name}" of "${inside.path}" ${problem}. ${shown}`));
  }
  for (const { name, default: otherwise } of declared) {
    if (otherwise !== undefined || step.inputs?.[name] !== undefined) continue;
    const message = `Give "${name}" in "inputs" of ${owner}: "${inside.path}" cannot do without it`;
    found.push(mistake(file, 'bad-input', span, message));
  }
  return found;
}
