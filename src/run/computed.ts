/** What of a plan is computed only while it runs. */
import type { Plan } from '../model/plan.ts';
import { isCode, type Step } from '../model/step.ts';
import { templatesOf } from './host-templates.ts';

/** Whether anything is; steps inside steps of the same file are counted. */
export function hasExpressions({ workflow, steps }: Plan): boolean {
  return (
    workflow.outputs !== undefined ||
    steps.some(
      ({ step, inside }) =>
        isComputed(step) || (inside !== undefined && step.language !== 'workflow' && hasExpressions(inside)),
    )
  );
}

function isComputed(step: Step): boolean {
  return (
    (step.inputs ??
      step.computedEnv ??
      step.condition ??
      step.branches ??
      step.loop ??
      step.foreach ??
      step.retryIf) !== undefined ||
    (!isCode(step) && templatesOf(step).some(({ kind }) => kind !== 'constant'))
  );
}
