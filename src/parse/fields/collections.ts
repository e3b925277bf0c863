/** Field types whose value is a list or a table. */
import type { Span } from '../../model/source.ts';
import { NAME } from '../../model/step.ts';
import { describe, type DocumentValue, type Entry, type TableValue, type TextValue } from '../document.ts';
import { type Field, type Fields, type FieldType, type JsonSchema, type Place, wrongType } from './field-type.ts';
import { tellUnknownField } from './unknown-field.ts';

export interface Word {
  readonly text: string;
  readonly span: Span;
}

/** A list of texts, or a single one. */
export function words(takes: string): FieldType<readonly Word[]> {
  const one: JsonSchema = { type: 'string', minLength: 1 };
  return {
    schema: { oneOf: [one, { type: 'array', items: one }] },
    takes,
    read(value, place) {
      if (value.kind === 'text') return value.value === '' ? wrongType(value, place, takes) : [word(value)];
      const items = itemsOf(value);
      if (items === undefined) return wrongType(value, place, takes);
      const found: Word[] = [];
      for (const item of items) {
        if (item.kind === 'text' && item.value !== '') found.push(word(item));
        else tellItem(item, place, takes);
      }
      return found;
    },
  };
}

function word(value: DocumentValue & { kind: 'text' }): Word {
  return { text: value.value, span: value.span };
}

export function list<T>(item: FieldType<T>): FieldType<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema },
    takes: item.takes,
    read(value, place) {
      const items = itemsOf(value);
      if (items === undefined) return wrongType(value, place, item.takes);
      const found = items.map((each) => item.read(each, place));
      return found.every((each) => each !== undefined) ? found : undefined;
    },
  };
}

/** Names and texts for the environment of a process; numbers and booleans become text. */
export const environment: FieldType<ReadonlyMap<string, TextValue>> = {
  schema: {
    type: 'object',
    propertyNames: { pattern: '^[^=\\u0000]+$' },
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  },
  takes: 'a table of names and texts',
  read(value, place) {
    if (value.kind !== 'table') return wrongType(value, place, this.takes);
    const found = new Map<string, TextValue>();
    for (const [name, entry] of value.entries) {
      const read = environmentText(name, entry, place);
      if (read !== undefined) found.set(name, read);
    }
    return found;
  },
};

function environmentText(name: string, entry: Entry, place: Place): TextValue | undefined {
  const { mistakes, what } = place;
  const { value } = entry;
  if (name === '' || /[=\0]/.test(name)) {
    const message = `${what} has the name ${JSON.stringify(name)}; a name there is not empty and has no "=" in it`;
    mistakes.add('bad-env', entry.keySpan, message);
    return undefined;
  }
  if (value.kind === 'boolean' || value.kind === 'number') {
    const { span } = value;
    return { kind: 'text', span, value: String(value.value), start: span.start, verbatim: false };
  }
  if (value.kind !== 'text') {
    const message = `"${name}" in ${what} is ${describe(value)}; it takes a text, a number or a boolean`;
    mistakes.add('wrong-type', value.span, message);
    return undefined;
  }
  if (value.value.includes('\0')) {
    mistakes.add('bad-env', value.span, `"${name}" in ${what} contains a NUL byte, which no environment can hold`);
    return undefined;
  }
  return value;
}

/** A table whose keys are names of the user's choice. */
export function named(values: JsonSchema, takes: string, pattern: RegExp = NAME): FieldType<TableValue> {
  return {
    schema: { type: 'object', propertyNames: { pattern: pattern.source }, additionalProperties: values },
    takes,
    read(value, place) {
      return value.kind === 'table' ? value : wrongType(value, place, takes);
    },
  };
}

/** A table with fields of its own. */
export function record<T extends object>(fields: Fields<T>, takes: string): FieldType<T> {
  return {
    schema: tableSchema(fields),
    takes,
    read(value, place) {
      if (value.kind !== 'table') return wrongType(value, place, takes);
      return readFields(value, fields, place.mistakes, (name) => `"${name}" in ${place.what}`, place.what);
    },
  };
}

/** Whether all in a table could be read; beside what could not, nothing is said of what is missing. */
export function isWhole(value: DocumentValue | undefined, read: object): boolean {
  return value?.kind !== 'table' || value.entries.size === Object.keys(read).length;
}

/** Reads what can be read; what cannot is absent and has been told. */
export function readFields<T extends object>(
  table: TableValue,
  fields: Fields<T>,
  mistakes: Place['mistakes'],
  what: (field: string) => string,
  owner: string,
): T {
  const known: Readonly<Record<string, Field<unknown>>> = fields;
  const found: Record<string, unknown> = {};
  for (const [name, entry] of table.entries) {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (field === undefined) {
      tellUnknownField(name, entry, mistakes, owner, Object.keys(known), [...table.entries.keys()]);
      continue;
    }
    const value = field.type.read(entry.value, { mistakes, what: what(name) });
    if (value !== undefined) found[name] = value;
  }
  return found as T;
}

export function tableSchema<T extends object>(fields: Fields<T>): JsonSchema {
  const properties = Object.entries<Field<unknown>>(fields).map(([name, field]) => {
    const description = field.default === undefined ? field.about : `${field.about} Default: ${field.default}.`;
    return [name, { ...field.type.schema, description, examples: [field.example] }] as const;
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

function itemsOf(value: DocumentValue): readonly DocumentValue[] | undefined {
  if (value.kind === 'list') return value.items;
  return value.kind === 'table' && value.isEmptyLua === true ? [] : undefined;
}

function tellItem(item: DocumentValue, place: Place, takes: string): void {
  place.mistakes.add('wrong-type', item.span, `${place.what} contains ${describe(item)}; it takes ${takes}`);
}
