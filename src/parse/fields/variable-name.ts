/** The name of a variable that a step's output is kept as. */
import { INPUT_NAME } from '../../model/input.ts';
import { type FieldType, refuse, wrongType } from './field-type.ts';

export const variableName: FieldType<string> = {
  schema: { type: 'string', pattern: INPUT_NAME.source },
  takes: 'up to 64 letters, digits and "_", not beginning with a digit',
  read(value, place) {
    if (value.kind !== 'text') return wrongType(value, place, this.takes);
    return INPUT_NAME.test(value.value) ? value.value : refuse('bad-variable', value, place, this.takes);
  },
};
