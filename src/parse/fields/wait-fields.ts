/** The fields of steps that wait: for a moment, a file, a signal, a person. */
import type { Given } from '../../model/suite.ts';
import type { TextValue } from '../document.ts';
import { readFields, tableSchema } from './collections.ts';
import { type Field, type Fields, type FieldType, refuse, wrongType } from './field-type.ts';
import { anyValue } from './value-field.ts';

/** A text that may have templates in it. */
const templateText: FieldType<TextValue> = {
  schema: { type: 'string', minLength: 1 },
  takes: 'a text that is not empty',
  read(value, place) {
    if (value.kind !== 'text') return wrongType(value, place, this.takes);
    return value.value.trim() === '' ? refuse('wrong-type', value, place, this.takes) : value;
  },
};

export interface WaitForFields {
  file?: TextValue;
  signal?: TextValue;
}

const WAIT_FOR: Fields<WaitForFields> = {
  file: {
    type: templateText,
    about: 'The file that has to be there; a relative path starts beside the workflow file.',
    example: 'data/ready.csv',
  },
  signal: { type: templateText, about: 'The name that `hwfe signal RUN NAME` says.', example: 'paid' },
};
const TAKES = 'a table with "file" or "signal"';

const form: FieldType<Given> = {
  schema: { type: 'object', additionalProperties: {} },
  takes: 'a table with a JSON Schema',
  read(value, place) {
    return value.kind === 'table' ? anyValue.read(value, place) : wrongType(value, place, this.takes);
  },
};

interface WaitFields {
  wait_until?: TextValue;
  wait_for?: WaitForFields;
  title?: TextValue;
  assignee?: TextValue;
  form?: Given;
}

export const WAIT_FIELDS: { readonly [K in keyof WaitFields]-?: Field<NonNullable<WaitFields[K]>> } = {
  wait_until: {
    type: templateText,
    about: 'The step has no code, and waits until a date with a time, or until the next time of day.',
    default: 'it does not wait',
    example: '2027-01-01T08:00:00Z',
    languages: ['wait_until'],
  },
  wait_for: {
    type: {
      schema: { ...tableSchema(WAIT_FOR), oneOf: [{ required: ['file'] }, { required: ['signal'] }] },
      takes: TAKES,
      read(value, place) {
        if (value.kind !== 'table') return wrongType(value, place, TAKES);
        return readFields(value, WAIT_FOR, place.mistakes, (name) => `"${name}" in ${place.what}`, place.what);
      },
    },
    about: 'The step has no code, and waits for a file that is not there yet, or for a signal.',
    default: 'it does not wait',
    example: { signal: 'paid' },
    languages: ['wait_for'],
  },
  title: {
    type: templateText,
    about: 'The step has no code, and asks a person this.',
    default: 'it asks nobody',
    example: 'Ship {{ steps.build.output.name }}?',
    languages: ['human'],
  },
  assignee: {
    type: templateText,
    about: 'Who is asked; it is shown, and everybody may answer.',
    default: 'nobody in particular',
    example: 'alice',
    languages: ['human'],
  },
  form: {
    type: form,
    about: 'A JSON Schema of an object: what the person is to give, which becomes the output.',
    default: 'nothing is to be given but a yes',
    example: { type: 'object', properties: { amount: { type: 'integer', minimum: 1 } }, required: ['amount'] },
    languages: ['human'],
  },
};
