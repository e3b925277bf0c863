/** What the expressions of a workflow see in one run, and what they give its steps. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { RunView, StepView, WorkflowView, inputsView } from '../expressions/views.ts';
import { Evaluator, type Names, type Unevaluated } from '../expressions/evaluate.ts';
import { celValue } from '../expressions/values.ts';
import type { GivenInputs } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Expression, Template } from '../model/template.ts';
import type { Step } from '../model/step.ts';
import { hasExpressions } from './computed.ts';
import { stepEnvironment } from './environment.ts';
import { errorView } from './error-view.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import { returned } from './returned.ts';
import { type Local, scopeWithin, withOwn } from './scope.ts';

/** A step with everything computed that its file left open. */
export interface Ready<S extends Step> {
  readonly step: S;
  readonly inputs: ReadonlyMap<string, EncodedValue>;
}

export type FactSettings = Pick<JobSettings, 'run' | 'env' | 'runners' | 'allowed'> & {
  readonly inputs: GivenInputs;
  /** Names of the host's environment that are secrets. */
  readonly hidden: ReadonlySet<string>;
};

/** Nothing where nothing in the plan is computed. */
export function factsOf(plan: Plan, { run, env, runners, allowed, inputs, hidden }: FactSettings): Facts | undefined {
  return hasExpressions(plan) ? new Facts(plan, { run, env, runners, allowed, inputs, hidden }) : undefined;
}

export class Facts {
  readonly #plan: Plan;
  readonly #settings: FactSettings;
  readonly #evaluator: Evaluator;
  readonly #steps: Map<string, StepView>;
  readonly #vars: Map<string, unknown>;
  readonly #run: RunView;
  readonly #common: Local;
  /** Of the item that the steps are inside of. */
  readonly #around: Local;

  /** `outer` is where the steps are inside a step, and can name what is around them. */
  constructor(plan: Plan, settings: FactSettings, outer?: Facts, around: Local = {}) {
    this.#around = outer === undefined ? around : withOwn(outer.#around, around);
    const declared = plan.workflow.inputs ?? [];
    this.#plan = plan;
    this.#settings = settings;
    this.#evaluator =
      outer !== undefined ? outer.#evaluator : new Evaluator(new Map(declared.map(({ name, type }) => [name, type])));
    this.#steps = scopeWithin(outer === undefined ? undefined : outer.#steps);
    for (const { step } of plan.steps) this.#steps.set(step.name, new StepView());
    this.#vars = scopeWithin(outer === undefined ? undefined : outer.#vars);
    this.#run = new RunView(settings.run);
    this.#common = {
      inputs: outer === undefined ? inputsView(declared, settings.inputs) : outer.#common['inputs'],
      steps: this.#steps,
      vars: this.#vars,
      run: this.#run,
      workflow: outer === undefined ? new WorkflowView(plan.workflow.name) : outer.#common['workflow'],
    };
  }

  /** Of the steps inside a step, which can name those around them as well. */
  within(plan: Plan, item: Local | undefined): Facts {
    return new Facts(plan, this.#settings, this, item);
  }

  succeeded(step: Step, output: EncodedValue, attempts: number, lastLine?: string): void {
    const view = this.#view(step.name);
    view.settle('succeeded', attempts);
    view.raw = output;
    if (step.register !== undefined) this.#vars.set(step.register, lastLine ?? celValue(output));
  }

  /** `isMended` where another step runs in its place. */
  failed(step: Step, failure: StepFailure, attempts: number, isMended = false): void {
    const view = this.#view(step.name);
    view.settle('failed', attempts);
    const error = errorView(step, failure, attempts);
    view.error = error;
    if (isMended || step.ignoreFailure === true) return;
    this.#run.failed = true;
    this.#run.failures.push(error);
  }

  /** Another step has run in its place. */
  replaced(step: Step, output: EncodedValue): void {
    this.#view(step.name).raw = output;
  }

  stopped(): void {
    this.#run.stopped = true;
  }

  ended(step: string, status: 'cancelled' | 'skipped', attempts: number): void {
    this.#view(step).settle(status, attempts);
  }

  started(step: string): void {
    this.#view(step).settle('running', 0);
  }

  /** The step as it is to run with these outputs of its dependencies; of `secrets`, values by name, an action sees its own. */
  prepare<S extends Step>(
    step: S,
    dependencies: ReadonlyMap<string, EncodedValue>,
    local?: Local,
    secrets?: ReadonlyMap<string, string>,
    raw?: ReadonlyMap<string, EncodedValue>,
  ): Result<Ready<S>, StepFailure> {
    const names = { ...this.#names(step, local, secrets), ...(raw && { raw }) };
    const env: Record<string, string> = {};
    for (const [name, template] of Object.entries(step.computedEnv ?? {})) {
      const text = this.#evaluator.text(template, names);
      if (!text.ok) return fail(this.#failure(text.error));
      if (text.value.includes('\0'))
        return fail(this.#unfit(name, template, 'a NUL character, which no environment can hold'));
      if (Buffer.byteLength(text.value) > LONGEST_TEXT)
        return fail(
          this.#unfit(name, template, `more than ${LONGEST_TEXT / 1024} KiB; hand it on in "inputs" instead`),
        );
      env[name] = text.value;
    }
    // An action is given its fields only.
    const inputs = new Map(step.language === 'action' ? [] : dependencies);
    for (const [name, template] of Object.entries(step.inputs ?? {})) {
      const value = this.#evaluator.value(template, names);
      if (!value.ok) return fail(this.#failure(value.error));
      inputs.set(name, value.value);
    }
    const ready = step.computedEnv === undefined ? step : { ...step, env: { ...step.env, ...env } };
    return ok({ step: ready, inputs });
  }

  value(template: Template, step: Step, local?: Local): Result<EncodedValue, StepFailure> {
    const value = this.#evaluator.value(template, this.#names(step, local));
    return value.ok ? value : fail(this.#failure(value.error));
  }

  isTrue(expression: Expression, step: Step, local?: Local): Result<boolean, StepFailure> {
    const value = this.#evaluator.isTrue(expression, this.#names(step, local));
    return value.ok ? value : fail(this.#failure(value.error));
  }

  /** A text of a step with what its templates give. */
  filled(template: Template, step: Step, local?: Local): Result<string, StepFailure> {
    const text = this.#evaluator.text(template, this.#names(step, local));
    return text.ok ? text : fail(this.#failure(text.error));
  }

  /** A value as text, to be compared with words of the file. */
  text(expression: Expression, step: Step, local?: Local): Result<string, StepFailure> {
    const text = this.#evaluator.text({ kind: 'expression', expression }, this.#names(step, local));
    return text.ok ? text : fail(this.#failure(text.error));
  }

  /** What the workflow's `outputs` name, as one object; nothing where it has none. */
  outputs(): Result<EncodedValue | undefined, StepFailure> {
    const { outputs } = this.#plan.workflow;
    if (outputs === undefined) return ok(undefined);
    const value = returned(outputs, this.#evaluator, this.#names(undefined));
    return value.ok ? value : fail(this.#failure(value.error));
  }

  #names(step: Step | undefined, local: Local = {}, secrets?: ReadonlyMap<string, string>): Names {
    const env = (): Map<string, string> =>
      new Map(Object.entries(step === undefined ? {} : this.#environmentOf(step, secrets)));
    const context = {
      ...this.#common,
      get env() {
        return env();
      },
    };
    // What costs something to make is made when an expression asks for it.
    for (const names of [this.#around, local])
      Object.defineProperties(context, Object.getOwnPropertyDescriptors(names));
    return { context, outputOf: (name) => this.#steps.get(name)?.raw };
  }

  /** Secrets are no step's that does not name them. */
  #environmentOf(step: Step, given: ReadonlyMap<string, string> | undefined): Readonly<Record<string, string>> {
    const { env, runners, hidden, allowed } = this.#settings;
    const isProcess = runtimeOf(step, runners) === 'native';
    // Code finds them among its variables; an action has nothing but its fields.
    const values = (step.language === 'action' ? given : undefined) ?? new Map<string, string>();
    return stepEnvironment(step, env, isProcess, { values, hidden }, allowed?.env);
  }

  #view(name: string): StepView {
    const view = this.#steps.get(name);
    if (view === undefined) throw new Error(`Internal error: the run has no step "${name}"`);
    return view;
  }

  #failure({ message, expression, line }: Unevaluated): StepFailure {
    const position = { file: this.#plan.workflow.file.path, line };
    return { reason: 'expression', message, expression, ...(line > 0 && { position }) };
  }

  #unfit(name: string, template: Template, what: string): StepFailure {
    const { text, line } = template.kind === 'expression' ? template.expression : { text: name, line: 0 };
    return this.#failure({ message: `The value of "${text}" has ${what}`, expression: text, line });
  }
}

/** Linux takes 128 KiB in one variable. */
const LONGEST_TEXT = 96 * 1024;
