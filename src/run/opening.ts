/** Starts the steps inside a step. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { dirname, resolve } from 'node:path';
import type { GivenInputs } from '../model/event.ts';
import type { PlainValue } from '../model/input.ts';
import { nameWithin } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { locksOf } from '../model/locks.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { ExecutionMode, FailureMode, HostStep, NestedWork, Workflow } from '../model/workflow.ts';
import { Facts, hasExpressions } from './facts.ts';
import { settleInputs } from './given-inputs.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import { Masking } from './masking.ts';
import { NestedRun } from './nested.ts';
import type { Kept } from './resuming.ts';
import type { Running } from './running.ts';
import type { HostBeginning, Start } from './start.ts';

const NOTHING: ReadonlyMap<string, EncodedValue> = new Map();

export function openStep(step: HostStep, work: NestedWork, beginning: HostBeginning): Result<Running, StepFailure> {
  const { start, inside: plan } = beginning;
  if (plan === undefined) throw new Error(`Internal error: nothing is planned inside step "${step.name}"`);
  const opened = work.kind === 'workflow' ? asWorkflow(step, plan, beginning) : asGroup(plan, beginning);
  if (!opened.ok) return opened;
  const { facts, settings, inputs } = opened.value;
  const { mode, failureMode } = rulesOf(work, start);
  const cap = work.kind === 'workflow' || start.isParallelInside ? capOf(work.inside) : 1;
  const places = start.places.within(cap, step.cost);
  const rooms = start.rooms.holding(beginning.held);
  const taken = locksOf(step).map(({ name }) => name);
  const locks = taken.length === 0 ? start.locks : new Set([...start.locks, ...taken]);
  const kept = keptWithin(step.name, start.kept);
  const isParallel = start.isParallelInside && mode !== 'sequential';
  const items = { ...start.items, places, isParallel, killsOnFailure: failureMode === 'kill' };
  const within = { ...start, plan, within: step.name, mode, failureMode, places, rooms, locks, items, facts };
  const starter = beginning.starterFor(within);
  const limits = [step.timeoutMs, work.inside.timeoutMs].filter((ms) => ms !== undefined);
  return ok(
    new NestedRun({
      name: step.name,
      work,
      plan,
      mode,
      failureMode,
      places,
      rooms,
      facts,
      starter,
      settings,
      inputs,
      timeoutMs: limits.length === 0 ? undefined : Math.min(...limits),
      kept,
      tell: start.tell,
    }),
  );
}

interface Opened {
  readonly facts: Facts | undefined;
  readonly settings: JobSettings;
  readonly inputs: ReadonlyMap<string, EncodedValue>;
}

/** Its steps see what the step itself would, and one another. */
function asGroup(plan: Plan, { inputs, settings, start, item }: HostBeginning): Result<Opened, StepFailure> {
  const facts = hasExpressions(plan) ? start.facts?.within(plan, item) : undefined;
  return ok({ facts, settings, inputs });
}

/** Its steps see the inputs that its file declares, and nothing of what is around it. */
function asWorkflow(step: HostStep, plan: Plan, { inputs, settings, own }: HostBeginning): Result<Opened, StepFailure> {
  const { workflow } = plan;
  const given = plainInputs(step, workflow, inputs);
  const { values, secrets, problems } = settleInputs(workflow, given, settings.cwd);
  const [problem] = problems;
  if (problem !== undefined) {
    const others = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
    return fail({
      reason: 'expression',
      message: `${problem.message}${others}`,
      expression: `inputs of "${own}"`,
    });
  }
  const directory = dirname(resolve(settings.cwd, workflow.file.path));
  const facts = hasExpressions(plan)
    ? new Facts(plan, {
        run: settings.run,
        env: settings.env,
        secrets: { values: new Map(), hidden: settings.secrets.hidden },
        inputs: values,
        runtimeOf: (step) => runtimeOf(step, settings.runners),
      })
    : undefined;
  const hidden = withSecrets(settings.secrets, secrets);
  return ok({ facts, settings: { ...settings, directory, secrets: hidden }, inputs: NOTHING });
}

/** What its file declares as secret is hidden in all that its steps say. */
function withSecrets(secrets: JobSettings['secrets'], more: ReadonlyMap<string, string>): JobSettings['secrets'] {
  const told = new Map([...more].filter(([, value]) => value !== ''));
  if (told.size === 0) return secrets;
  return { ...secrets, masking: secrets.masking?.with(told) ?? new Masking(told) };
}

/** Those that the step names for it; what it depends on is none of them, nor what its item adds. */
function plainInputs(
  step: HostStep,
  { inputs: declared = [] }: Workflow,
  inputs: ReadonlyMap<string, EncodedValue>,
): GivenInputs {
  return Object.fromEntries(
    declared.flatMap(({ name }) => {
      const value = step.inputs?.[name] === undefined ? undefined : inputs.get(name);
      return value === undefined ? [] : [[name, JSON.parse(Buffer.from(value).toString()) as PlainValue]];
    }),
  );
}

function capOf({ maxParallelSteps: cap }: Workflow): number {
  return typeof cap === 'number' && cap > 0 ? cap : Number.POSITIVE_INFINITY;
}

function rulesOf(work: NestedWork, start: Start): { readonly mode: ExecutionMode; readonly failureMode: FailureMode } {
  const { mode, failureMode } = work.inside;
  switch (work.kind) {
    case 'workflow':
      return { mode: mode ?? start.mode, failureMode: failureMode ?? start.failureMode };
    case 'group':
      return { mode: 'work-stealing', failureMode: failureMode ?? start.failureMode };
    case 'race':
      return { mode: 'work-stealing', failureMode: 'continue' };
  }
}

/** Of the steps right inside it, by their own names. */
function keptWithin(outer: string, kept: Kept | undefined): Kept | undefined {
  if (kept === undefined) return undefined;
  const begin = nameWithin(outer, '');
  const own = <T>(values: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(
      [...values].flatMap(([name, value]) => {
        const inner = name.startsWith(begin) ? name.slice(begin.length) : '';
        return inner === '' || inner !== inner.split('/', 1)[0] ? [] : [[inner, value] as const];
      }),
    );
  const outputs = own(kept.outputs);
  return outputs.size === 0 ? undefined : { outputs, lastLines: kept.lastLines && own(kept.lastLines) };
}
