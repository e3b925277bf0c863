/** A field that takes any value that JSON has a form for, and hands it on as JSON. */
import { describe, type DocumentValue, type NumberValue } from '../document.ts';
import { type FieldType, type Place, wrongType } from './field-type.ts';
import type { Given } from '../../model/suite.ts';

/** Integers and floats stay apart where the file writes them so: `5` and `5.0`. */
export const anyValue: FieldType<Given> = {
  schema: {},
  takes: 'a value that JSON has a form for',
  read(value, place) {
    const json = jsonOf(value, place, this.takes);
    return json === undefined ? undefined : { json, span: value.span };
  },
};

function jsonOf(value: DocumentValue, place: Place, takes: string): string | undefined {
  switch (value.kind) {
    case 'text':
      return JSON.stringify(value.value);
    case 'boolean':
      return String(value.value);
    case 'number':
      return numberText(value, place.mistakes.file.text);
    case 'list':
      return joined(
        value.items.map((item) => jsonOf(item, place, takes)),
        '[',
        ']',
      );
    case 'table':
      return joined(
        [...value.entries].map(([key, entry]) => {
          const inner = jsonOf(entry.value, place, takes);
          return inner === undefined ? undefined : `${JSON.stringify(key)}:${inner}`;
        }),
        '{',
        '}',
      );
    case 'odd':
      // Some of it may be fine, so what is not is said.
      place.mistakes.add('wrong-type', value.span, `${place.what} holds ${describe(value)}; it takes ${takes}`);
      return undefined;
  }
}

function joined(parts: readonly (string | undefined)[], open: string, close: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(',')}${close}`;
}

/** A float that is whole is only known as one by how the file writes it. */
export function numberText({ value, span }: NumberValue, text: string): string {
  const plain = typeof value === 'number' && Object.is(value, -0) ? '-0' : String(value);
  const written = text.slice(span.start, span.end);
  const isFloat = /^[+-]?[\d_]+(\.[\d_]+)?([eE][+-]?\d+)?$/.test(written) && /[.eE]/.test(written);
  return isFloat && /^-?\d+$/.test(plain) ? `${plain}.0` : plain;
}

/** Values by name. */
export const valuesByName: FieldType<ReadonlyMap<string, Given>> = {
  schema: { type: 'object', additionalProperties: {} },
  takes: 'a table of values by name',
  read(value, place) {
    if (value.kind !== 'table') return wrongType(value, place, this.takes);
    const found = new Map<string, Given>();
    for (const [name, entry] of value.entries) {
      const given = anyValue.read(entry.value, { ...place, what: `"${name}" in ${place.what}` });
      if (given !== undefined) found.set(name, given);
    }
    return found;
  },
};
