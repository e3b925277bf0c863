/** What keeps a value from fitting a JSON Schema. */
import { createRequire } from 'node:module';
import type * as JsonSchema from '@cfworker/json-schema';
import { failed } from '../act.ts';
import { plainly } from '../exact.ts';

/** In words with their places; none where it fits. `schema` is JSON text. */
export function fits(value: unknown, schema: string): Promise<readonly string[]> {
  const { Validator } = createRequire(import.meta.url)('@cfworker/json-schema') as typeof JsonSchema;
  try {
    const validator = new Validator(JSON.parse(schema) as JsonSchema.Schema, '2020-12', false);
    const { errors } = validator.validate(numbersOnly(plainly(value)));
    // What only repeats that something inside does not fit says nothing.
    const told = errors.filter(({ keyword }) => !['properties', 'items', '$ref', 'allOf'].includes(keyword));
    return Promise.resolve(
      (told.length > 0 ? told : errors).map((error) => `${error.instanceLocation} ${error.error.replace(/\.$/, '')}`),
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw failed(`"schema" of llm is no JSON Schema: ${error.message}`);
  }
}

/** The validator knows no BigInts. */
function numbersOnly(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(numbersOnly);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, numbersOnly(member)]));
}
