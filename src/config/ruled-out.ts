/** The steps of a workflow that the configuration does not let run as they are written. */
import type { Isolation, Runtime } from '../../runners/contract.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { strictest } from '../model/isolation.ts';
import { nestedWork } from '../model/nested.ts';
import type { SourceFile } from '../model/source.ts';
import type { Workflow } from '../model/workflow.ts';
import { isCode, type Step } from '../model/step.ts';
import type { Config } from './config.ts';

/** `runtimeOf` is where a step would run. */
export function ruledOutBy(
  config: Config,
  workflow: Workflow,
  runtimeOf: (step: Step) => Runtime,
): readonly Diagnostic[] {
  return ruledOut(config, workflow, runtimeOf, 0);
}

/** Of the permissions of each step, the first `around` are those of what it is inside of. */
function ruledOut(
  config: Config,
  { steps, file }: Workflow,
  runtimeOf: (step: Step) => Runtime,
  around: number,
): readonly Diagnostic[] {
  const { runners, execution } = config;
  const natives = steps.filter((step) => isHeldInVain(step, runtimeOf(step), execution.isolation, around));
  if (natives.length > 0) return natives.map((step) => nativeWithPermissions(step, file));
  const code = steps.filter(isCode).filter(({ language }) => !runners[language].enabled);
  const inside = steps.flatMap((step) => {
    const work = nestedWork(step);
    const more = Math.max(step.permissions.length, work?.kind === 'workflow' ? around + 1 : around);
    return work === undefined ? [] : ruledOut(config, work.inside, runtimeOf, more);
  });
  return [...code.map((step) => disabledRunner(step, file)), ...inside];
}

/** In a sandbox, all but what only an interpreter could hold is held. */
function isHeldInVain(step: Step, runtime: Runtime, configured: Isolation, around: number): boolean {
  const own = step.permissions.slice(around).find(({ from }) => from === 'step');
  if (own === undefined || runtime !== 'native') return false;
  if (strictest(configured, step.isolation) !== 'os') return true;
  const isVain = own.env !== undefined || own.clock !== undefined || own.random !== undefined;
  return isVain || (own.net ?? []).some((host) => host !== '*');
}

function nativeWithPermissions(step: Step, file: SourceFile): Diagnostic {
  return {
    code: 'misfit-field',
    severity: 'error',
    message: `Step "${step.name}" has "permissions", which hold embedded steps only, and the configuration runs ${step.language} on the host; set runtime = "embedded" on the step`,
    file,
    span: step.span,
  };
}

function disabledRunner(step: Step, file: SourceFile): Diagnostic {
  const what = step.language === 'action' ? 'does an action, which are' : `is written in ${step.language}, which is`;
  return {
    code: 'runner-disabled',
    severity: 'error',
    message: `Step "${step.name}" ${what} switched off; set "runners.${step.language}.enabled" to true in the configuration`,
    file,
    span: step.span,
  };
}
