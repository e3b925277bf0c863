/** The fields that have a step done for each of several items. */
import type { OnFailedItem } from '../../model/foreach.ts';
import type { DocumentValue } from '../document.ts';
import { type Field, type FieldType, type JsonSchema, wrongType } from './field-type.ts';
import { choice, number } from './scalars.ts';

export interface ForeachFields {
  foreach?: DocumentValue;
  matrix?: DocumentValue;
  max_concurrent?: number;
  on_failed_item?: OnFailedItem;
}

const EXPRESSION: JsonSchema = { type: 'string', minLength: 1 };
const VALUES: JsonSchema = { oneOf: [EXPRESSION, { type: 'array' }] };

const foreach: FieldType<DocumentValue> = {
  schema: {
    oneOf: [
      EXPRESSION,
      { type: 'array' },
      { type: 'integer', minimum: 0 },
      { type: 'object', additionalProperties: {} },
    ],
  },
  takes: 'an expression, a list, a table, a whole number, { from = 1, to = 9 }, or { glob = "data/*.csv" }',
  read(value, place) {
    const isText = value.kind === 'text' && value.value.trim() !== '';
    const isCount = value.kind === 'number' && Number.isSafeInteger(Number(value.value)) && Number(value.value) >= 0;
    const isThere = isText || isCount || value.kind === 'list' || value.kind === 'table';
    return isThere ? value : wrongType(value, place, this.takes);
  },
};

const matrix: FieldType<DocumentValue> = {
  schema: { oneOf: [EXPRESSION, { type: 'object', additionalProperties: VALUES }] },
  takes: 'a table of names, each with a list of values, or an expression that gives one',
  read(value, place) {
    const isText = value.kind === 'text' && value.value.trim() !== '';
    return isText || value.kind === 'table' ? value : wrongType(value, place, this.takes);
  },
};

const WORDS: Readonly<Record<OnFailedItem, OnFailedItem>> = { stop: 'stop', continue: 'continue', ignore: 'ignore' };

export const FOREACH_FIELDS: { readonly [K in keyof ForeachFields]-?: Field<NonNullable<ForeachFields[K]>> } = {
  foreach: {
    type: foreach,
    about:
      'Does the step for each item of a list, a table, a range of whole numbers, or the files that a pattern finds.',
    default: 'it is done once',
    example: ['north', 'south'],
  },
  matrix: {
    type: matrix,
    about:
      'Does the step for each combination of the values, without those in `exclude`, with what is in `include` besides.',
    default: 'it is done once',
    example: { os: ['linux', 'macos'], node: [20, 22], exclude: [{ os: 'macos', node: 20 }] },
  },
  max_concurrent: {
    type: number(1, 1_000_000, 'integer'),
    about: 'How many items, or steps in `parallel`, at once at most, within the cap of the run.',
    default: 'as many as there is room for',
    example: 4,
  },
  on_failed_item: {
    type: choice(WORDS, 'unknown-choice', 'something to do'),
    about:
      'What a failed item means: no more items begin, all others are done before the step fails, or `null` stands in its place.',
    default: '"stop"',
    example: 'continue',
  },
};
