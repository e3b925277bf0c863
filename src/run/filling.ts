/** What the templates give of a step of the engine's own work, as it may be shown and kept. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { ok, type Result } from '../model/result.ts';
import type { Step } from '../model/step.ts';
import type { Template } from '../model/template.ts';
import type { Facts } from './facts.ts';
import type { Masking } from './masking.ts';
import type { Local } from './scope.ts';

export interface Filling {
  textOf(template: Template): Result<string, StepFailure>;
  valueOf(template: Template): Result<EncodedValue, StepFailure>;
}

/** Without facts, nothing in the plan is computed. */
export function fillingFor(
  step: Step,
  facts: Facts | undefined,
  local: Local | undefined,
  masking: Masking | undefined,
): Filling {
  return {
    textOf(template) {
      if (facts === undefined) return ok(JSON.parse(constantValue(template).toString()) as string);
      const text = facts.filled(template, step, local);
      return text.ok && masking !== undefined ? ok(masking.text(text.value)) : text;
    },
    valueOf(template) {
      if (facts === undefined) return ok(constantValue(template));
      const value = facts.value(template, step, local);
      return value.ok && masking !== undefined ? ok(masking.value(value.value)) : value;
    },
  };
}

function constantValue(template: Template): Buffer {
  if (template.kind !== 'constant')
    throw new Error('Internal error: a value is to be computed, and nothing computes it');
  return Buffer.from(template.json);
}
