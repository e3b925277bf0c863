/** The field `memory` of a workflow: what its steps share. */
import type { Given } from '../../model/suite.ts';
import { readFields, tableSchema } from './collections.ts';
import { type Field, type Fields, wrongType } from './field-type.ts';
import { size } from './scalars.ts';
import { valuesByName } from './value-field.ts';

export interface MemoryFields {
  size?: number;
  initial?: ReadonlyMap<string, Given>;
  /** `memory = false`. */
  isOff?: true;
}

const FIELDS: Fields<Omit<MemoryFields, 'isOff'>> = {
  size: { type: size, about: 'How many bytes all keys and values may have.', default: '"16MB"', example: '1MB' },
  initial: { type: valuesByName, about: 'What it holds before the first step.', default: 'nothing', example: { n: 0 } },
};
const TAKES = 'true, or a table with "size" and "initial"';

export const MEMORY: Field<MemoryFields> = {
  type: {
    schema: { oneOf: [{ type: 'boolean' }, tableSchema(FIELDS)] },
    takes: TAKES,
    read(value, place) {
      if (value.kind === 'boolean') return value.value ? {} : { isOff: true };
      if (value.kind !== 'table') return wrongType(value, place, TAKES);
      return readFields(value, FIELDS, place.mistakes, (name) => `"${name}" in ${place.what}`, place.what);
    },
  },
  about:
    'A memory that the steps of a run share: `memory.get`, `set`, `update` and others, `hwfe memory` in shell steps.',
  default: 'none',
  example: true,
};
