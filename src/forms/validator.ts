/** The JSON Schema library, loaded when the first form is read. */
import { createRequire } from 'node:module';
import type * as JsonSchema from '@cfworker/json-schema';

let loaded: typeof JsonSchema | undefined;

/** Each with its place, as `#/amount`, and the keyword that it does not fit. */
export function misfitsOf(schema: object, value: unknown): readonly JsonSchema.OutputUnit[] {
  loaded ??= createRequire(import.meta.url)('@cfworker/json-schema') as typeof JsonSchema;
  return new loaded.Validator(schema, '2020-12', false).validate(value).errors;
}
