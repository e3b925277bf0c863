/** The fields of `transform` and `assert`. */
import type { Fields } from '../fields/field-type.ts';
import { prose, text } from '../fields/scalars.ts';
import { type ActionValue, anything, computed, open } from './open-field.ts';

export interface TransformFields {
  cel?: ActionValue;
  pick?: ActionValue;
  from?: ActionValue;
  default?: ActionValue;
}

export const TRANSFORM_FIELDS: Fields<TransformFields> = {
  cel: {
    type: computed,
    about: 'An expression, whose value is the output.',
    example: 'steps.rows.output.filter(row, row.price > 3)',
  },
  pick: {
    type: open(text),
    about: 'A JSONPath, which picks out of `from`: the value of one place, or the list of all that match.',
    example: '$.items[?@.price > 3].id',
  },
  from: { type: anything, about: 'What `pick` picks out of.', example: '{{ steps.rows.output }}' },
  default: {
    type: anything,
    about: 'What it gives where nothing is at the one place that `pick` names.',
    default: 'the step fails',
    example: 0,
  },
};

export interface AssertFields {
  that?: ActionValue;
  message?: ActionValue;
}

export const ASSERT_FIELDS: Fields<AssertFields> = {
  that: { type: computed, about: 'What has to be true.', example: 'size(steps.rows.output) > 0' },
  message: {
    type: open(prose),
    about: 'With what the step fails where it is false.',
    default: 'the expression',
    example: 'no rows since {{ inputs.since }}',
  },
};
