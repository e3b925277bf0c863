/** A test of a workflow as it is to run, or what of it does not fit the workflow. */
import { canonicalise } from '../../runners/value.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { didYouMean } from '../model/nearest.ts';
import { everyStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Mock, Suite, WorkflowTest } from '../model/suite.ts';
import type { Step } from '../model/step.ts';
import { planWorkflow } from '../plan/index.ts';
import type { StepMock } from '../run/mocked-pool.ts';
import type { Golden } from './golden.ts';

export interface Prepared {
  readonly plan: Plan;
  readonly mocks: ReadonlyMap<string, StepMock>;
}

/** Every name in the suite that is no step of the workflow, and every step that could never get its inputs. */
export function mistakesIn(suite: Suite, plan: Plan): readonly Diagnostic[] {
  const steps = new Map(everyStep(plan).map(({ step }) => [step.name, step]));
  const found: Diagnostic[] = [];
  const { file } = suite;
  for (const test of suite.tests) {
    const named = [
      ...(test.only ?? []),
      ...test.mocks.map(({ step }) => step),
      ...test.expect.steps.map(({ step }) => step),
      ...test.ignore.map(({ text, span }) => ({ text: stepIn(text, steps.keys()), span })),
    ];
    for (const place of named) {
      if (steps.has(place.text)) continue;
      const message = `The workflow "${plan.workflow.name}" has no step "${place.text}"${didYouMean(place.text, [...steps.keys()])}`;
      found.push({ code: 'unknown-step', severity: 'error', message, file, span: place.span });
    }
    const inputs = (plan.workflow.inputs ?? []).map(({ name }) => name);
    for (const [name, { span }] of test.inputs) {
      if (inputs.includes(name)) continue;
      const message = `The workflow "${plan.workflow.name}" has no input "${name}"${didYouMean(name, inputs)}`;
      found.push({ code: 'unknown-input', severity: 'error', message, file, span });
    }
    const there = runningIn(test, steps.keys());
    for (const only of test.only ?? []) {
      for (const { name } of steps.get(only.text)?.dependsOn ?? []) {
        if (there.has(name)) continue;
        const message = `Mock "${name}" in test "${test.name}", or add it to "only": step "${only.text}" takes its output`;
        found.push({ code: 'unmocked-input', severity: 'error', message, file, span: only.span });
      }
    }
  }
  return found;
}

/** The error is a sentence. */
export function prepare(test: WorkflowTest, plan: Plan, golden: Golden | undefined): Result<Prepared, string> {
  const mocks = new Map<string, StepMock>();
  for (const mock of test.mocks) {
    const made = mockOf(mock, golden);
    if (!made.ok) return made;
    mocks.set(mock.step.text, made.value);
  }
  if (test.only === undefined) return ok({ plan, mocks });
  const there = runningIn(test, []);
  const steps = plan.workflow.steps.filter(({ name }) => there.has(name)).map((step) => among(step, there));
  const planned = planWorkflow({ ...plan.workflow, steps }, plan.warnings);
  if (!planned.ok) return fail(planned.error.map(({ message }) => message).join('; '));
  return ok({ plan: planned.value, mocks });
}

function runningIn({ only, mocks }: WorkflowTest, all: Iterable<string>): Set<string> {
  return new Set(only === undefined ? all : [...only.map(({ text }) => text), ...mocks.map(({ step }) => step.text)]);
}

function among(step: Step, there: ReadonlySet<string>): Step {
  return { ...step, dependsOn: step.dependsOn.filter(({ name }) => there.has(name)) };
}

/** Names of steps may hold dots, so the longest counts; the word before the first dot where none fits. */
function stepIn(place: string, names: Iterable<string>): string {
  const fitting = [...names].filter(
    (name) => place === name || (/^[.[]/.test(place.slice(name.length)) && place.startsWith(name)),
  );
  return fitting.sort((a, b) => b.length - a.length)[0] ?? place.split(/[.[]/)[0]!;
}

/** Paths behind the step's name, for one step. */
export function ignoredIn({ ignore }: WorkflowTest, step: string, names: Iterable<string>): readonly string[] {
  const all = [...names];
  return ignore.filter(({ text }) => stepIn(text, all) === step).map(({ text }) => text.slice(step.length));
}

function mockOf({ step, does }: Mock, golden: Golden | undefined): Result<StepMock, string> {
  if (does.kind === 'fails') return ok({ error: does.message });
  if (does.kind === 'gives') {
    const value = canonicalise(Buffer.from(does.json));
    return value.ok
      ? ok({ output: value.value })
      : fail(`The mock of "${step.text}" cannot be handed on: ${value.message}`);
  }
  const recorded = golden?.steps.get(step.text);
  if (recorded?.output !== undefined) return ok({ output: recorded.output });
  if (recorded?.error !== undefined) return ok({ error: recorded.error });
  return fail(`Nothing is recorded of "${step.text}", which is mocked with it; record it: hwfe test --record RUN`);
}
