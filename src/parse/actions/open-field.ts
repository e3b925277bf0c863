/** Field types of actions: what is fixed by the file, and what may have templates in it. */
import type { DocumentValue } from '../document.ts';
import { type FieldType, type JsonSchema, type Place, wrongType } from '../fields/field-type.ts';

/** What a field of an action was given. */
export type ActionValue =
  /** Computed as the step starts where it has templates; `url` says that what they give is quoted for one. */
  | { readonly kind: 'open'; readonly value: DocumentValue; readonly as?: 'url' }
  /** A whole expression, with or without `{{ }}` around it. */
  | { readonly kind: 'expression'; readonly value: DocumentValue & { readonly kind: 'text' } }
  | { readonly kind: 'fixed'; readonly json: string };

/** A text that begins a template. */
const TEMPLATE: JsonSchema = { type: 'string', pattern: String.raw`\{\{|\$\{` };

/** The same with templates in place of the value, whose value is looked at once they are computed. */
export function open(type: FieldType<unknown>, as?: 'url'): FieldType<ActionValue> {
  const takesText = type.schema['type'] === 'string' && type.schema['pattern'] === undefined;
  return {
    schema: takesText ? type.schema : { anyOf: [type.schema, TEMPLATE] },
    takes: type.takes,
    read(value, place) {
      if (!hasTemplate(value) && type.read(value, place) === undefined) return undefined;
      return { kind: 'open', value, ...(as && { as }) };
    },
  };
}

/** Any value, with templates in all of its texts. */
export const anything: FieldType<ActionValue> = {
  schema: {},
  takes: 'a value',
  read: (value) => ({ kind: 'open', value }),
};

/** Texts, numbers and booleans by names of the user's choice. */
export function pairs(takes: string): FieldType<ActionValue> {
  const one: JsonSchema = { type: ['string', 'number', 'boolean'] };
  return {
    schema: { type: 'object', additionalProperties: { anyOf: [one, { type: 'array', items: one }] } },
    takes,
    read(value, place) {
      if (hasTemplate(value)) return { kind: 'open', value };
      if (value.kind !== 'table') return wrongType(value, place, takes);
      for (const [name, entry] of value.entries) {
        const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
        const inside = { ...place, what: `"${name}" in ${place.what}` };
        for (const item of items)
          if (!isScalar(item)) wrongType(item, inside, 'a text, a number, a boolean, or a list');
      }
      return { kind: 'open', value };
    },
  };
}

export const computed: FieldType<ActionValue> = {
  schema: { type: 'string', minLength: 1 },
  takes: 'an expression, such as "size(steps.rows.output) > 0"',
  read(value, place) {
    if (value.kind !== 'text' || value.value.trim() === '') return wrongType(value, place, this.takes);
    return { kind: 'expression', value };
  },
};

/** As the file says it, without templates. */
export function fixed<T>(type: FieldType<T>): FieldType<ActionValue> {
  return {
    schema: type.schema,
    takes: type.takes,
    read(value, place) {
      const read = type.read(value, place);
      return read === undefined ? undefined : { kind: 'fixed', json: JSON.stringify(read) };
    },
  };
}

/** The first that takes the value reads it; the last tells what is wrong. */
export function either<T>(
  first: (value: DocumentValue) => boolean,
  then: FieldType<T>,
  other: FieldType<T>,
): FieldType<T> {
  return {
    schema: { anyOf: [then.schema, other.schema] },
    takes: `${then.takes}, or ${other.takes}`,
    read: (value: DocumentValue, place: Place) => (first(value) ? then : other).read(value, place),
  };
}

function hasTemplate(value: DocumentValue): boolean {
  return value.kind === 'text' && /\{\{|\$\{/.test(value.value);
}

function isScalar({ kind }: DocumentValue): boolean {
  return kind === 'text' || kind === 'number' || kind === 'boolean';
}
