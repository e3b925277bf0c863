/** Field types whose value is a single text or number. */
import { parseDuration } from '../../model/duration.ts';
import { didYouMean } from '../../model/nearest.ts';
import { parseSize } from '../../model/size.ts';
import type { ParseCode } from '../codes.ts';
import { describe, type TextValue } from '../document.ts';
import { type FieldType, refuse, wrongType } from './field-type.ts';

export const text: FieldType<string> = {
  schema: { type: 'string', minLength: 1 },
  takes: 'a text that is not empty',
  read(value, place) {
    return value.kind === 'text' && value.value !== '' ? value.value : wrongType(value, place, this.takes);
  },
};

/** May be empty. */
export const prose: FieldType<string> = {
  schema: { type: 'string' },
  takes: 'a text',
  read(value, place) {
    return value.kind === 'text' ? value.value : wrongType(value, place, this.takes);
  },
};

/** Text that keeps its place, because errors inside it are shown there. */
export const code: FieldType<TextValue> = {
  schema: { type: 'string' },
  takes: 'the code as a text',
  read(value, place) {
    if (value.kind === 'text') return value;
    if (value.kind === 'odd' && value.what === 'function') {
      place.mistakes.add(
        'function-value',
        value.span,
        `Write the code as text: code = [[ … ]]; ${place.what} is a Lua function of the workflow file`,
      );
      return undefined;
    }
    return wrongType(value, place, this.takes);
  },
};

/** The path of a workflow file; it keeps its place. */
export const workflowPath: FieldType<TextValue> = {
  schema: code.schema,
  takes: 'the path of a workflow file',
  read(value, place) {
    return value.kind === 'text' ? value : wrongType(value, place, this.takes);
  },
};

/** One of the words of `choices`, which maps each to its meaning; `elsewhere` has words that others use, with ours. */
export function choice<T>(
  choices: Readonly<Record<string, T>>,
  code: ParseCode,
  noun: string,
  elsewhere: Readonly<Record<string, string>> = {},
): FieldType<T> {
  const words = Object.keys(choices);
  const takes = words.map((word) => `"${word}"`).join(', ');
  return {
    schema: { enum: words },
    takes,
    read(value, place) {
      if (value.kind !== 'text') return wrongType(value, place, `one of ${takes}`);
      if (Object.hasOwn(choices, value.value)) return choices[value.value];
      const other = value.value.toLowerCase();
      const guess = Object.hasOwn(elsewhere, other)
        ? `; did you mean "${elsewhere[other]}"?`
        : didYouMean(value.value, words) || `; it takes one of ${takes}`;
      place.mistakes.add(code, value.span, `${place.what} is "${value.value}", which is not ${noun}${guess}`);
      return undefined;
    },
  };
}

/** A number from `least` to `most`, both included. */
export function number(least: number, most: number, kind: 'integer' | 'number'): FieldType<number> {
  const noun = kind === 'integer' ? 'a whole number' : 'a number';
  const takes = most === Infinity ? `${noun} from ${least} up` : `${noun} from ${least} to ${most}`;
  return {
    schema: { type: kind, minimum: least, ...(most !== Infinity && { maximum: most }) },
    takes,
    read(value, place) {
      if (value.kind !== 'number') return wrongType(value, place, takes);
      const amount = Number(value.value);
      const good = amount >= least && amount <= most && (kind === 'number' || Number.isSafeInteger(amount));
      return good ? amount : refuse('bad-number', value, place, takes);
    },
  };
}

/** Milliseconds. */
export const duration: FieldType<number> = {
  schema: {
    oneOf: [
      { type: 'number', minimum: 0 },
      { type: 'string', pattern: '^\\s*(\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?(ms|s|m|h|d))+)\\s*$' },
    ],
  },
  takes: 'a duration up to 24 days, such as "500ms", "1m30s" or a number of seconds',
  read(value, place) {
    if (value.kind !== 'text' && value.kind !== 'number') return wrongType(value, place, this.takes);
    const ms = parseDuration(value.kind === 'text' ? value.value : Number(value.value));
    return ms ?? refuse('bad-duration', value, place, this.takes);
  },
};

export const flag: FieldType<boolean> = {
  schema: { type: 'boolean' },
  takes: 'true or false',
  read(value, place) {
    return value.kind === 'boolean' ? value.value : wrongType(value, place, this.takes);
  },
};

/** Bytes. */
export const size: FieldType<number> = {
  schema: {
    oneOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)?\\s*([kKmMgG]?[iI]?[bB]?)\\s*$' },
    ],
  },
  takes: 'a size such as "10MB" or a number of bytes',
  read(value, place) {
    if (value.kind !== 'text' && value.kind !== 'number') return wrongType(value, place, this.takes);
    const bytes = parseSize(value.kind === 'text' ? value.value : Number(value.value));
    return bytes ?? refuse('bad-size', value, place, this.takes);
  },
};

/** A number for a WASM function or a word for a WASI command. */
export const argument: FieldType<number | bigint | string> = {
  schema: { type: ['number', 'string'] },
  takes: 'a list of numbers and texts',
  read(value, place) {
    if (value.kind === 'number' || value.kind === 'text') return value.value;
    place.mistakes.add('wrong-type', value.span, `${place.what} contains ${describe(value)}; it takes ${this.takes}`);
    return undefined;
  },
};
