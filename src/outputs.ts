/** What a run gave, as JavaScript values. */
import { decode, type JsonValue } from '../runners/value.ts';
import type { RunRecord } from './model/record.ts';

/** The outputs of all steps that succeeded, by name in plan order. Integers beyond ±(2^53−1) are BigInts, objects have no prototype. */
export function outputsOf(record: RunRecord): Map<string, JsonValue> {
  const outputs = new Map<string, JsonValue>();
  for (const step of record.steps.values()) {
    if (step.output !== undefined) outputs.set(step.name, decode(step.output));
  }
  return outputs;
}
