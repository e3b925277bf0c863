/** The fields of one entry of a workflow's `inputs`. */
import type { InputType } from '../../model/input.ts';
import { describe, type DocumentValue } from '../document.ts';
import type { Fields, FieldType } from './field-type.ts';
import { choice, flag, number, prose, text } from './scalars.ts';

export interface InputFields {
  type?: InputType;
  description?: string;
  default?: DocumentValue;
  enum?: DocumentValue;
  pattern?: string;
  min?: number;
  max?: number;
  secret?: boolean;
}

/** Any value, looked at by whoever knows what is wanted. */
export const anything: FieldType<DocumentValue> = {
  schema: {},
  takes: 'a value',
  read(value, place) {
    if (value.kind !== 'odd' || value.what === 'null') return value;
    place.mistakes.add('wrong-type', value.span, `${place.what} is ${describe(value)}, which is no value`);
    return undefined;
  },
};

const TYPES: Readonly<Record<InputType, InputType>> = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  array: 'array',
  object: 'object',
  file: 'file',
};

/** What other tools call them. */
const ELSEWHERE: Readonly<Record<string, InputType>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  list: 'array',
  map: 'object',
  dict: 'object',
  table: 'object',
  json: 'object',
  path: 'file',
};

export const INPUT_FIELDS: Fields<InputFields> = {
  type: {
    type: choice(TYPES, 'unknown-choice', 'a type', ELSEWHERE),
    about: 'What kind of value the input is.',
    default: 'that of `default`, else "string"',
    example: 'integer',
  },
  description: { type: prose, about: 'What the input is for.', example: 'The day to report on.' },
  default: {
    type: anything,
    about: 'Its value where none is given.',
    default: 'none: a value has to be given',
    example: 'eu',
  },
  enum: {
    type: { ...anything, schema: { type: 'array' }, takes: 'a list of values' },
    about: 'The values that it takes.',
    default: 'all of its type',
    example: ['eu', 'us'],
  },
  pattern: {
    type: text,
    about: 'A regular expression that the whole text has to match.',
    default: 'none',
    example: '[a-z]{2}',
  },
  min: {
    type: number(-Number.MAX_VALUE, Number.MAX_VALUE, 'number'),
    about: 'The least value of a number, or the least length of a text or list.',
    default: 'none',
    example: 1,
  },
  max: {
    type: number(-Number.MAX_VALUE, Number.MAX_VALUE, 'number'),
    about: 'The greatest value of a number, or the greatest length of a text or list.',
    default: 'none',
    example: 100,
  },
  secret: {
    type: flag,
    about: 'Whether its value is hidden in all that is shown and kept.',
    default: 'false',
    example: true,
  },
};
