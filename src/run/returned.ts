/** What a run returns: the workflow's `outputs`, each in its format. */
import type { EncodedValue } from '../../runners/contract.ts';
import { asCsv, asMarkdown } from '../expressions/formats.ts';
import type { Evaluator, Names, Unevaluated } from '../expressions/evaluate.ts';
import { celValue, encodedValue, textOf } from '../expressions/values.ts';
import type { ReturnFormat, WorkflowOutput } from '../model/input.ts';
import { fail, ok, type Result } from '../model/result.ts';

/** One object by name; but for `json`, each member is a text. */
export function returned(
  outputs: readonly WorkflowOutput[],
  evaluator: Evaluator,
  names: Names,
): Result<EncodedValue, Unevaluated> {
  const members = new Map<string, unknown>();
  for (const { name, value, format, line } of outputs) {
    const computed = evaluator.value(value, names);
    if (!computed.ok) return computed;
    const formatted = inFormat(celValue(computed.value), format);
    if (!formatted.ok) {
      const message = `The output "${name}" ${formatted.error}`;
      return fail({ expression: `outputs.${name}`, line, message });
    }
    members.set(name, formatted.value);
  }
  const encoded = encodedValue(members);
  if (encoded.ok) return encoded;
  return fail({
    expression: 'outputs',
    line: outputs[0]?.line ?? 0,
    message: `What the outputs name ${encoded.error}`,
  });
}

function inFormat(value: unknown, format: ReturnFormat): Result<unknown, string> {
  switch (format) {
    case 'json':
      return ok(value);
    case 'plain':
      return textOf(value);
    case 'markdown':
      return asMarkdown(value);
    case 'csv':
      return asCsv(value);
  }
}
