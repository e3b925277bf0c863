/** What the guest program of a step leaves behind: one line of status, then the output's text. */
import type { EncodedValue, Limits, Outcome, StepFailure } from '../contract.ts';
import { outputTooLarge } from '../limits.ts';
import { canonicalise } from '../value.ts';

interface Status {
  readonly ok: boolean;
  readonly warnings?: readonly string[];
  readonly failure?: StepFailure;
}

/** What is still to be done to the output's canonical text. */
export type Complete = (
  value: EncodedValue,
) => { readonly ok: true; readonly value: EncodedValue } | { readonly ok: false; readonly message: string };

const asItIs: Complete = (value) => ({ ok: true, value });

/** Nothing when the answer is not whole, as of a program that ended early. */
export function outcomeOf(
  answer: Uint8Array,
  given: Limits | number,
  complete: Complete = asItIs,
): Outcome | undefined {
  const limits = typeof given === 'number' ? { output: given } : given;
  const newline = answer.indexOf(0x0a);
  if (newline === -1) return undefined;
  const status: Status = JSON.parse(Buffer.from(answer.subarray(0, newline)).toString());
  const warnings = status.warnings ?? [];
  if (status.failure !== undefined) return { ok: false, failure: status.failure, warnings };
  const text = answer.subarray(newline + 1);
  const value = canonicalise(text);
  if (!value.ok) {
    const message = value.message.startsWith('output')
      ? value.message
      : `The output cannot be handed on: ${value.message}`;
    return { ok: false, failure: { reason: 'output-invalid', message }, warnings };
  }
  const completed = complete(value.value);
  if (!completed.ok) return { ok: false, failure: { reason: 'output-invalid', message: completed.message }, warnings };
  if (completed.value.length > limits.output)
    return { ok: false, failure: outputTooLarge(completed.value.length, limits), warnings };
  return { ok: true, output: completed.value, warnings: [...warnings, ...value.warnings] };
}
