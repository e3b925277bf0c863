/** What templates gave a step of a past run, computed again from what is kept of that run. */
import type { EncodedValue } from '../../runners/contract.ts';
import { Evaluator, type Names } from '../expressions/evaluate.ts';
import { inputsView, RunView, StepView, WorkflowView } from '../expressions/views.ts';
import { nameWithin, pathOf } from '../model/nested.ts';
import type { Manifest, PastRun, RunDefinition, StepDefinition } from '../model/history.ts';
import type { Template } from '../model/template.ts';
import type { History } from './history.ts';
import { lastLinesOf } from './last-lines.ts';

/** Nothing where it cannot be told for certain: what is computed again has to have the hash that the key was made of. */
export class Computed {
  readonly #history: History;
  readonly #run: PastRun;
  readonly #definition: RunDefinition;
  readonly #evaluator: Evaluator;

  constructor(history: History, run: PastRun, definition: RunDefinition) {
    this.#history = history;
    this.#run = run;
    this.#definition = definition;
    this.#evaluator = new Evaluator(new Map((definition.inputs ?? []).map(({ name, type }) => [name, type])));
  }

  input(step: string, name: string, { inputs }: Manifest): EncodedValue | undefined {
    const template = this.#stepNamed(step)?.inputs?.[name];
    const found =
      template === undefined ? this.#around(step).get(name)?.view.raw : this.#evaluated(step, template, 'value');
    return found !== undefined && this.#history.hashOf(found) === inputs[name] ? found : undefined;
  }

  /** An entry of the environment. */
  entry(step: string, name: string, { env }: Manifest): string | undefined {
    const definition = this.#stepNamed(step);
    const template = definition?.computedEnv?.[name];
    const found = template === undefined ? definition?.env[name] : this.#evaluated(step, template, 'text');
    return found !== undefined && this.#history.hashOfEntry(found) === env[name] ? found : undefined;
  }

  #evaluated(step: string, template: Template, how: 'value'): EncodedValue | undefined;
  #evaluated(step: string, template: Template, how: 'text'): string | undefined;
  #evaluated(step: string, template: Template, how: 'value' | 'text'): EncodedValue | string | undefined {
    const found = this.#evaluator[how](template, this.#namesFor(step));
    return found.ok ? found.value : undefined;
  }

  #namesFor(step: string): Names {
    const { workflow, inputs = [] } = this.#definition;
    const around = this.#around(step);
    const context = {
      inputs: inputsView(inputs, this.#run.options.inputs ?? {}),
      steps: new Map([...around].map(([name, { view }]) => [name, view])),
      vars: new Map([...around.values()].flatMap(({ variable }) => (variable === undefined ? [] : [variable]))),
      run: new RunView(this.#run.id),
      workflow: new WorkflowView(workflow),
    };
    return { context, outputOf: (name) => around.get(name)?.view.raw };
  }

  /** What it depends on, and what the steps do that it is inside of, by the names that it has for them; the nearest counts. */
  #around(step: string): ReadonlyMap<string, Seen> {
    const seen = new Map<string, Seen>();
    for (const one of outwards(step).toReversed()) {
      for (const dependency of this.#stepNamed(one)?.dependsOn ?? []) {
        const found = this.#seen(dependency);
        if (found !== undefined) seen.set(pathOf(dependency).at(-1)!, found);
      }
    }
    return seen;
  }

  #seen(step: string): Seen | undefined {
    const definition = this.#stepNamed(step);
    const past = this.#history.step(this.#run, step);
    const raw = past?.output && this.#history.value(past.output);
    if (definition === undefined || past === undefined || raw === undefined) return undefined;
    const view = new StepView();
    // Where it took more attempts and these count, what is computed has another hash.
    view.settle(past.status, past.cachedFrom === undefined ? 1 : 0);
    view.raw = raw;
    const { register } = definition;
    if (register === undefined) return { view };
    const [line] = lastLinesOf(this.#history, this.#run, [definition]).values();
    return { view, variable: [register, line ?? view.output] };
  }

  #stepNamed(name: string): StepDefinition | undefined {
    return this.#definition.steps.find((step) => step.name === name);
  }
}

interface Seen {
  readonly view: StepView;
  readonly variable?: readonly [string, unknown];
}

/** The step, then those that it is inside of. */
function outwards(step: string): readonly string[] {
  const path = pathOf(step);
  return path.map((_, index) =>
    path.slice(1, path.length - index).reduce((outer, inner) => nameWithin(outer, inner), path[0]!),
  );
}
