/** A field whose text is computed. */
import type { TextValue } from '../document.ts';
import { type FieldType, refuse, wrongType } from './field-type.ts';

/** A text that is computed; with or without `{{ }}` around it. */
export const expression: FieldType<TextValue> = {
  schema: { type: 'string', minLength: 1 },
  takes: 'an expression, such as "steps.check.output.count > 3"',
  read(value, place) {
    if (value.kind !== 'text') return wrongType(value, place, this.takes);
    return value.value.trim() === '' ? refuse('wrong-type', value, place, this.takes) : value;
  },
};
