/** Checks what the steps of a file say of one another, and adds the dependencies that this makes. */
import { checkExpressions } from '../expressions/check.ts';
import { didYouMean } from '../model/nearest.ts';
import type { WorkflowInput } from '../model/input.ts';
import type { SourceFile } from '../model/source.ts';
import type { Dependency, Outline, Step } from '../model/workflow.ts';
import { carriedSecrets } from './carried-secrets.ts';
import type { TextValue } from './document.ts';
import { type EndHandlers, withHandlers } from './handlers.ts';
import type { Mistakes } from './mistakes.ts';
import type { Uses } from './templates/uses.ts';

export interface Declared {
  readonly file: SourceFile;
  readonly inputs: readonly WorkflowInput[];
  readonly env: ReadonlyMap<string, TextValue>;
  readonly steps: readonly Step[];
  readonly outline: Outline['steps'];
  readonly ends: EndHandlers;
}

/** Steps and outline as they came where the file has no expressions, which costs nothing then. */
export function resolveNames(declared: Declared, uses: Uses, mistakes: Mistakes): Pick<Declared, 'steps' | 'outline'> {
  const { file, steps, outline } = declared;
  const vars = variablesOf(steps, mistakes);
  const conditional = steps.filter(({ runIf, branches }) => (runIf ?? branches) !== undefined);
  if (uses.all.length + conditional.length === 0) return withHandlers(steps, outline, declared.ends, mistakes);
  const byName = new Map(steps.map((step) => [step.name, step]));
  const ofWorkflow = [...declared.env.keys()];
  const { mistakes: found, needs } = checkExpressions(file, uses.all, {
    steps: new Set(outline.map(({ name }) => name)),
    inputs: new Map(declared.inputs.map(({ name, type }) => [name, type])),
    vars,
    env: (name) => {
      const step = name === undefined ? undefined : byName.get(name);
      return step === undefined
        ? { names: ofWorkflow, passed: [] }
        : {
            // Code finds its secrets among its variables; an action has nothing but its fields.
            names:
              step.language === 'action' ? [...Object.keys(step.env), ...(step.secrets ?? [])] : Object.keys(step.env),
            passed: step.passEnv,
          };
    },
  });
  mistakes.addAll(found);
  const chosen = choicesOf(conditional, new Set(outline.map(({ name }) => name)), mistakes);
  const withNeeds = <T extends { readonly name: string; readonly dependsOn: readonly Dependency[] }>(step: T): T => {
    const more = [...(needs.get(step.name) ?? []), ...(chosen.get(step.name) ?? [])].filter(
      ({ name }, index, all) =>
        !step.dependsOn.some((one) => one.name === name) && all.findIndex((one) => one.name === name) === index,
    );
    return more.length === 0 ? step : { ...step, dependsOn: [...step.dependsOn, ...more] };
  };
  const secrets = declared.inputs.filter(({ secret }) => secret).map(({ name }) => name);
  const resolved = steps.map((step) => {
    const carriesSecrets = carriedSecrets(step, secrets);
    return withNeeds(carriesSecrets === undefined ? step : { ...step, carriesSecrets });
  });
  const handled = withHandlers(resolved, outline.map(withNeeds), declared.ends, mistakes);
  tellImpossible(handled.steps, mistakes);
  return handled;
}

/** What a `switch` chooses depends on the step that has it. */
function choicesOf(
  steps: readonly Step[],
  known: ReadonlySet<string>,
  mistakes: Mistakes,
): ReadonlyMap<string, readonly Dependency[]> {
  const needs = new Map<string, Dependency[]>();
  for (const { name, span, branches } of steps) {
    if (branches === undefined) continue;
    for (const chosen of new Set([...branches.cases.flatMap(([, names]) => names), ...branches.others])) {
      if (known.has(chosen)) needs.set(chosen, [...(needs.get(chosen) ?? []), { name, span }]);
      else {
        const message = `The "switch" of step "${name}" chooses step "${chosen}", which does not exist${didYouMean(chosen, known)}`;
        mistakes.add('unknown-name', span, message);
      }
    }
  }
  return needs;
}

/** A step that could never start, whatever its dependencies do. */
function tellImpossible(steps: readonly Step[], mistakes: Mistakes): void {
  for (const { name, span, runIf, dependsOn } of steps) {
    if (runIf === undefined) continue;
    const count =
      runIf.rule === 'at_least' ? runIf.count : runIf.rule === 'one_success' || runIf.rule === 'one_failed' ? 1 : 0;
    if (count <= dependsOn.length) continue;
    const field = runIf.rule === 'at_least' ? `"at_least" is ${count}` : `"run_if" is "${runIf.rule}"`;
    const has = dependsOn.length === 0 ? 'no step' : dependsOn.length === 1 ? 'one step' : `${dependsOn.length} steps`;
    mistakes.add('bad-condition', span, `Step "${name}" could never start: its ${field}, and it depends on ${has}`);
  }
}

/** The step that keeps each variable. */
function variablesOf(steps: readonly Step[], mistakes: Mistakes): ReadonlyMap<string, string> {
  const vars = new Map<string, string>();
  for (const { name, span, register } of steps) {
    if (register === undefined) continue;
    const first = vars.get(register);
    if (first === undefined) vars.set(register, name);
    else {
      const message = `Register variable "${register}" in one step only: "${first}" keeps it as well as "${name}"`;
      mistakes.add('bad-variable', span, message);
    }
  }
  return vars;
}
