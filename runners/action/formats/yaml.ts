/** YAML ↔ values: integers and floats stay apart, and keys are texts. */
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { Float } from '../../value/encode.ts';
import { isTable } from '../fields.ts';

type Wrong = (message: string) => Error;

const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;

/** Of several documents the list. */
export function readYaml(text: string, wrong: Wrong): unknown {
  const documents = yaml.parseAllDocuments(text, { intAsBigInt: true, prettyErrors: true });
  const values = (Array.isArray(documents) ? documents : []).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw wrong(error.message.split('\n')[0]!);
    try {
      return exactOf(document.toJS({ mapAsMap: true }), wrong);
    } catch (problem) {
      // Aliases that would unfold into more than fits.
      if (problem instanceof ReferenceError) throw wrong(problem.message);
      throw problem;
    }
  });
  return values.length === 1 ? values[0] : values.length === 0 ? null : values;
}

function exactOf(value: unknown, wrong: Wrong): unknown {
  if (typeof value === 'number') return new Float(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => exactOf(item, wrong));
  if (!(value instanceof Map)) return value;
  const table: Record<string, unknown> = Object.create(null);
  for (const [key, member] of value as Map<unknown, unknown>) {
    if (typeof key === 'object' && key !== null) throw wrong('a key of it is a list or a table');
    table[String(key)] = exactOf(member, wrong);
  }
  return table;
}

/** `isMore`: another document stands before it. */
export function writeYaml(value: unknown, isMore: boolean): string {
  return `${isMore ? '---\n' : ''}${yaml.stringify(nodeOf(value), { lineWidth: 0, version: '1.2' })}`;
}

function nodeOf(value: unknown): unknown {
  if (value instanceof Float) return Object.assign(new yaml.Scalar(value.value), { minFractionDigits: 1 });
  if (Array.isArray(value)) return value.map(nodeOf);
  return isTable(value) ? new Map(Object.entries(value).map(([key, member]) => [key, nodeOf(member)])) : value;
}
