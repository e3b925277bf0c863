/** `transform`: a value that an expression gave, or what a JSONPath picks out of one. */
import { createRequire } from 'node:module';
import type * as JsonP3 from 'json-p3';
import { type Act, failed, given } from './act.ts';
import { plainly } from './exact.ts';
import type { Fields } from './fields.ts';

export const act: Act = (fields) => {
  const cel = fields.raw('cel');
  return Promise.resolve(cel === undefined ? given(picked(fields)) : { kind: 'text', text: cel });
};

/** The path is walked over plain numbers, so that it can compare them; what is at the places it finds is taken as it was. */
function picked(fields: Fields): unknown {
  const { jsonpath } = createRequire(import.meta.url)('json-p3') as typeof JsonP3;
  const path = fields.needText('pick');
  const from = fields.value('from');
  let query: ReturnType<typeof jsonpath.compile>;
  try {
    query = jsonpath.compile(path);
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('JSONPath'))
      throw failed(`"pick" of transform is no JSONPath: ${error.message}`);
    throw error;
  }
  const nodes = query.query(plainly(from) as JsonP3.JSONValue).nodes;
  const values = nodes.map(({ location }) => at(from, location));
  if (!query.singularQuery()) return values;
  if (values.length > 0) return values[0];
  if (fields.has('default')) return fields.value('default');
  throw failed(`There is nothing at ${path}, which "pick" of transform names; give it a "default"`);
}

function at(value: unknown, location: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of location) found = (found as Readonly<Record<string | number, unknown>>)[key];
  return found;
}
