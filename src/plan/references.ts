/** Dependencies that lead nowhere, to the step itself, twice to the same step, or to inputs of one name. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { didYouMean } from '../model/nearest.ts';
import type { SourceFile } from '../model/source.ts';
import type { Dependency } from '../model/step.ts';
import type { Outline } from '../model/outline.ts';
import { mistake } from './codes.ts';

type OutlinedStep = Outline['steps'][number];

/** Comparing one unknown name with every known one is slow; a file with more mistakes than this is told them without. */
const MOST_SUGGESTIONS = 20;

export function checkReferences({ file, steps }: Outline): readonly Diagnostic[] {
  const names = new Set(steps.map(({ name }) => name));
  const found: Diagnostic[] = [];
  let unknown = 0;
  for (const step of steps) {
    const first = new Map<string, Dependency>();
    for (const dependency of step.dependsOn) {
      const earlier = first.get(dependency.name);
      if (earlier !== undefined) {
        const message = `Name "${dependency.name}" once in "depends_on" of step "${step.name}"`;
        const related = [{ message: 'first named here', span: earlier.span }];
        found.push(mistake(file, 'duplicate-dependency', dependency.span, message, related));
        continue;
      }
      first.set(dependency.name, dependency);
      if (dependency.name === step.name) {
        const message = `Step "${step.name}" needs itself, so it could never start`;
        found.push(mistake(file, 'self-dependency', dependency.span, message));
      } else if (!names.has(dependency.name)) {
        unknown += 1;
        const guess = unknown <= MOST_SUGGESTIONS ? didYouMean(dependency.name, names) : '';
        const message = `Step "${step.name}" needs "${dependency.name}", which does not exist${guess}`;
        found.push(mistake(file, 'unknown-dependency', dependency.span, message));
      }
    }
    found.push(...checkInputNames(file, step, first), ...checkOwnInputs(file, step));
  }
  return found;
}

/** A step finds its input `a-b` as `INPUT_A_B`, where `a.b` would be too. */
function checkInputNames(
  file: SourceFile,
  step: OutlinedStep,
  dependencies: ReadonlyMap<string, Dependency>,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const holders = new Map<string, Dependency>();
  for (const dependency of dependencies.values()) {
    const variable = inputVariable(dependency.name);
    const holder = holders.get(variable);
    if (holder === undefined) {
      holders.set(variable, dependency);
      continue;
    }
    const message =
      `Rename step "${holder.name}" or "${dependency.name}": step "${step.name}" needs both, ` +
      `and both would be its ${variable}`;
    const related = [{ message: `"${holder.name}" is ${variable} too`, span: holder.span }];
    found.push(mistake(file, 'colliding-inputs', dependency.span, message, related));
  }
  return found;
}

/** Values of its own stand beside the outputs of its dependencies. */
function checkOwnInputs(
  file: SourceFile,
  { name, span, inputs, dependsOn, language }: OutlinedStep,
): readonly Diagnostic[] {
  // An action is given its fields only.
  if (inputs === undefined || language === 'action') return [];
  const holders = new Map(dependsOn.map((dependency) => [inputVariable(dependency.name), dependency.name]));
  const found: Diagnostic[] = [];
  for (const input of Object.keys(inputs)) {
    const variable = inputVariable(input);
    const holder = holders.get(variable);
    if (holder !== undefined) {
      const message = `Rename input "${input}" of step "${name}": it depends on "${holder}", and both would be its ${variable}`;
      found.push(mistake(file, 'colliding-inputs', span, message));
    }
    holders.set(variable, input);
  }
  return found;
}

function inputVariable(name: string): string {
  return `INPUT_${name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}`;
}
