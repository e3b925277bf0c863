/** The fields of `loop`. */
import type { TextValue } from '../document.ts';
import { record } from './collections.ts';
import { expression } from './expression-field.ts';
import type { Field, Fields } from './field-type.ts';
import { duration, number } from './scalars.ts';

export interface LoopFields {
  until?: TextValue;
  max?: number;
  delay?: number;
}

const LOOP_FIELDS: Fields<LoopFields> = {
  until: {
    type: expression,
    about:
      'The step is done again until this is true; `output` is what it gave, `index` the number of the turn, from 0.',
    example: 'output.done',
  },
  max: {
    type: number(1, 1_000_000, 'integer'),
    about: 'How many turns there are at most; the step fails when the last one does not do.',
    default: '100',
    example: 20,
  },
  delay: { type: duration, about: 'The time between turns.', default: '0', example: '5s' },
};

export const LOOP: Field<LoopFields> = {
  type: record(LOOP_FIELDS, 'a table with "until", "max" and "delay"'),
  about: 'Does the step again until something is so.',
  default: 'it is done once',
  example: { until: 'output.done', max: 20, delay: '5s' },
};
