/** What the steps inside a step see: what is around it, or the inputs of their own file. */
import { dirname, resolve } from 'node:path';
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { GivenInputs } from '../model/event.ts';
import type { PlainValue } from '../model/input.ts';
import type { Plan } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Workflow } from '../model/workflow.ts';
import type { HostStep } from '../model/step.ts';
import { hasExpressions } from './computed.ts';
import { type Facts, factsOf } from './facts.ts';
import { settleInputs } from './given-inputs.ts';
import type { JobSettings } from './job.ts';
import { Masking } from './masking.ts';
import type { HostBeginning } from './start.ts';

const NOTHING: ReadonlyMap<string, EncodedValue> = new Map();

/** `facts` are those of the steps beside it. */
export type Around = Pick<HostBeginning, 'inputs' | 'settings' | 'own' | 'item'> & {
  readonly facts: Facts | undefined;
};

export interface Inside {
  readonly facts: Facts | undefined;
  readonly settings: JobSettings;
  readonly inputs: ReadonlyMap<string, EncodedValue>;
}

/** What a step is to begin with, which has the plan inside it. */
export function seenInside(step: HostStep, plan: Plan, around: Around): Result<Inside, StepFailure> {
  if (step.work.kind === 'workflow') return asWorkflow(step, plan, around);
  // Its steps see what the step itself would, and one another.
  const { inputs, settings, item } = around;
  return ok({ facts: hasExpressions(plan) ? around.facts?.within(plan, item) : undefined, settings, inputs });
}

/** Its steps see the inputs that its file declares, and nothing of what is around it. */
function asWorkflow(step: HostStep, plan: Plan, { inputs, settings, own }: Around): Result<Inside, StepFailure> {
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
  const facts = factsOf(plan, { ...settings, inputs: values, hidden: settings.secrets.hidden });
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
