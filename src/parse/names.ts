/** Checks what the steps of a file say of one another, and adds the dependencies that this makes. */
import { checkExpressions } from '../expressions/check.ts';
import { didYouMean } from '../model/nearest.ts';
import type { WorkflowInput } from '../model/input.ts';
import type { SourceFile } from '../model/source.ts';
import type { Dependency, Step } from '../model/step.ts';
import type { Outline } from '../model/outline.ts';
import { carriedSecrets } from './carried-secrets.ts';
import type { TextValue } from './document.ts';
import { nestedWork } from '../model/nested.ts';
import type { Scope } from './nested.ts';
import { type EndHandlers, withHandlers } from './handlers.ts';
import type { Mentions } from './mentions.ts';
import type { Mistakes } from './mistakes.ts';
import type { Uses } from './templates/uses.ts';

export interface Declared {
  readonly file: SourceFile;
  readonly inputs: readonly WorkflowInput[];
  readonly env: ReadonlyMap<string, TextValue>;
  readonly steps: readonly Step[];
  readonly outline: Outline;
  readonly ends: EndHandlers;
  /** Of the steps inside steps, by the name of these. */
  readonly inside: ReadonlyMap<string, Scope>;
  /** Where they are inside a step: what there is around it. */
  readonly around?: Around;
}

interface Around {
  readonly steps: ReadonlySet<string>;
  /** Which step keeps a variable, by its name. */
  readonly vars: ReadonlyMap<string, string>;
}

export interface Resolved {
  readonly steps: readonly Step[];
  readonly outline: Outline;
  /** Steps around that they need. */
  readonly needed: readonly Dependency[];
}

/** Steps and outline as they came where the file has no expressions, which costs nothing then. */
export function resolveNames(declared: Declared, uses: Uses, mistakes: Mistakes): Resolved {
  const { file, around } = declared;
  const vars = variablesOf(declared.steps, mistakes);
  const own = new Set(declared.outline.steps.map(({ name }) => name));
  const visible: Around =
    around === undefined
      ? { steps: own, vars }
      : { steps: new Set([...around.steps, ...own]), vars: new Map([...around.vars, ...vars]) };
  const inner = resolveInside(declared, visible, mistakes);
  const outward = around === undefined ? [] : inner.outline.steps.flatMap((step) => outwardOf(step, own, around));
  const steps = inward(inner.steps, outward);
  const outline = { ...inner.outline, steps: inward(inner.outline.steps, outward) };
  const conditional = steps.filter(({ runIf, branches }) => (runIf ?? branches) !== undefined);
  if (uses.all.length + conditional.length + inner.needs.size === 0) {
    const handled = withHandlers(steps, outline.steps, declared.ends, uses.mentions, mistakes);
    return { steps: handled.steps, outline: { ...outline, steps: handled.outline }, needed: outward };
  }
  const byName = new Map(steps.map((step) => [step.name, step]));
  const ofWorkflow = [...declared.env.keys()];
  const { mistakes: found, needs } = checkExpressions(file, uses.all, {
    steps: visible.steps,
    inputs: new Map(declared.inputs.map(({ name, type }) => [name, type])),
    vars: visible.vars,
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
  const chosen = choicesOf(conditional, own, uses.mentions, mistakes);
  const needsOf = (name: string): readonly Dependency[] => [
    ...(needs.get(name) ?? []),
    ...(inner.needs.get(name) ?? []),
  ];
  const withNeeds = <T extends { readonly name: string; readonly dependsOn: readonly Dependency[] }>(step: T): T => {
    const more = [...needsOf(step.name), ...(chosen.get(step.name) ?? [])].filter(
      ({ name }, index, all) =>
        own.has(name) &&
        !step.dependsOn.some((one) => one.name === name) &&
        all.findIndex((one) => one.name === name) === index,
    );
    return more.length === 0 ? step : { ...step, dependsOn: [...step.dependsOn, ...more] };
  };
  const secrets = declared.inputs.filter(({ secret }) => secret).map(({ name }) => name);
  const resolved = steps.map((step) => {
    const carriesSecrets = carriedSecrets(step, secrets);
    return withNeeds(carriesSecrets === undefined ? step : { ...step, carriesSecrets });
  });
  const handled = withHandlers(resolved, outline.steps.map(withNeeds), declared.ends, uses.mentions, mistakes);
  tellImpossible(handled.steps, mistakes);
  const needed = [...outward, ...[...own].flatMap((name) => needsOf(name).filter((one) => !own.has(one.name)))];
  return { steps: handled.steps, outline: { ...outline, steps: handled.outline }, needed };
}

/** The steps around on which it depends, as its `depends_on` says. */
function outwardOf(
  { dependsOn }: Pick<Step, 'dependsOn'>,
  own: ReadonlySet<string>,
  around: Around,
): readonly Dependency[] {
  return dependsOn.filter(({ name }) => !own.has(name) && around.steps.has(name));
}

/** Without those, since what they are inside of waits for them. */
function inward<T extends Pick<Step, 'dependsOn'>>(steps: readonly T[], outward: readonly Dependency[]): readonly T[] {
  if (outward.length === 0) return steps;
  const names = new Set(outward.map(({ name }) => name));
  return steps.map((step) =>
    step.dependsOn.some(({ name }) => names.has(name))
      ? { ...step, dependsOn: step.dependsOn.filter(({ name }) => !names.has(name)) }
      : step,
  );
}

/** The steps inside steps, and which of those around they need, by the step that they are inside of. */
function resolveInside(
  declared: Declared,
  around: Around,
  mistakes: Mistakes,
): Pick<Declared, 'steps' | 'outline'> & { readonly needs: ReadonlyMap<string, readonly Dependency[]> } {
  const { inside, steps, outline } = declared;
  const needs = new Map<string, readonly Dependency[]>();
  if (inside.size === 0) return { steps, outline, needs };
  const outlines: Outline[] = [];
  const resolved = new Map<string, Resolved>();
  for (const [name, scope] of inside) {
    const within = {
      ...declared,
      ...scope,
      outline: { file: declared.file, steps: scope.outline },
      ends: NO_ENDS,
      around,
    };
    const found = resolveNames(within, scope.uses, mistakes);
    resolved.set(name, found);
    outlines.push(found.outline);
    if (found.needed.length > 0) needs.set(name, found.needed);
  }
  const opened = steps.map((step): Step => {
    const found = resolved.get(step.name);
    const work = nestedWork(step);
    if (found === undefined || work === undefined || step.work === undefined) return step;
    if (work.kind === 'race') tellOrder(step.name, found.steps, mistakes);
    return { ...step, work: { ...work, inside: { ...work.inside, steps: found.steps } } };
  });
  return { steps: opened, outline: { ...outline, inside: outlines }, needs };
}

const NO_ENDS: EndHandlers = { onFailure: [], finally: [] };

/** In a race nobody waits for another. */
function tellOrder(race: string, steps: readonly Step[], mistakes: Mistakes): void {
  for (const { name, dependsOn } of steps) {
    for (const dependency of dependsOn) {
      const message = `Let step "${name}" not wait for "${dependency.name}": in the race of step "${race}" all start at once; what has to follow one another is a step with "parallel"`;
      mistakes.add('bad-nesting', dependency.span, message);
    }
  }
}

/** What a `switch` chooses depends on the step that has it. */
function choicesOf(
  steps: readonly Step[],
  known: ReadonlySet<string>,
  mentions: Mentions,
  mistakes: Mistakes,
): ReadonlyMap<string, readonly Dependency[]> {
  const needs = new Map<string, Dependency[]>();
  for (const step of steps) {
    const { name, branches } = step;
    if (branches === undefined) continue;
    for (const chosen of new Set([...branches.cases.flatMap(([, names]) => names), ...branches.others])) {
      const span = mentions.spanOf(step, 'switch', chosen);
      if (known.has(chosen)) needs.set(chosen, [...(needs.get(chosen) ?? []), { name, span }]);
      else {
        const message = `The "switch" of step "${name}" chooses step "${chosen}", which does not exist${didYouMean(chosen, without(known, name))}`;
        mistakes.add('unknown-name', span, message);
      }
    }
  }
  return needs;
}

function without(names: Iterable<string>, one: string): string[] {
  return [...names].filter((name) => name !== one);
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
