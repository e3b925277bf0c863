/** Decoded `limits` fields, with who set each. */
import type { StepLimits } from '../model/step.ts';
import type { LimitsFields } from './fields/limit-fields.ts';

const NONE: StepLimits = {};

export function workflowLimits(fields: LimitsFields | undefined): StepLimits {
  return fields === undefined ? NONE : marked(fields, 'workflow');
}

/** A step's own before its workflow's. Most steps have none, and share what the workflow has. */
export function limitsOver(workflow: StepLimits, fields: LimitsFields | undefined): StepLimits {
  return fields === undefined ? workflow : { ...workflow, ...marked(fields, 'step') };
}

function marked(fields: LimitsFields, from: 'step' | 'workflow'): StepLimits {
  return Object.fromEntries(Object.entries(fields).map(([name, value]: [string, number]) => [name, { value, from }]));
}
