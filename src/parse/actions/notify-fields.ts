/** The fields of `notify`. */
import { words } from '../fields/collections.ts';
import type { Fields, FieldType } from '../fields/field-type.ts';
import { duration, number, prose, text } from '../fields/scalars.ts';
import { type ActionValue, anything, fixed, open, pairs } from './open-field.ts';

export interface NotifyFields {
  webhook?: ActionValue;
  mail?: ActionValue;
  text?: ActionValue;
  json?: ActionValue;
  subject?: ActionValue;
  from?: ActionValue;
  headers?: ActionValue;
  retries?: ActionValue;
  timeout?: ActionValue;
}

const addresses: FieldType<unknown> = words('an address such as "ana@example.com", or a list of addresses');

export const NOTIFY_FIELDS: Fields<NotifyFields> = {
  webhook: {
    type: open(text, 'url'),
    about: 'A URL to which the message is posted as JSON.',
    example: 'https://hooks.example.com/T1/B2',
  },
  mail: {
    type: open(addresses),
    about: 'Who gets the message by mail.',
    example: ['ana@example.com', 'Bob <bob@example.com>'],
  },
  text: {
    type: open(prose),
    about: 'The message; a webhook gets it as `{ "text": … }`.',
    example: '{{ workflow.name }} has failed: {{ run.failures[0].message }}',
  },
  json: {
    type: anything,
    about: 'What a webhook gets in its place.',
    default: '`text`',
    example: { level: 'warning' },
  },
  subject: {
    type: open(text),
    about: 'The subject of a mail.',
    default: "the step's name and the run's id",
    example: 'Nightly report',
  },
  from: {
    type: open(text),
    about: 'Who a mail is from.',
    default: "the configuration's",
    example: 'hwfe <hwfe@example.com>',
  },
  headers: {
    type: pairs('a table of names and texts'),
    about: 'Headers of a webhook.',
    default: 'none',
    example: { authorization: 'Bearer {{ env.TOKEN }}' },
  },
  retries: {
    type: open(number(0, 100, 'integer')),
    about: 'How many further requests follow one of a webhook that gave 429 or 5xx, or that no answer came to.',
    default: '2',
    example: 5,
  },
  timeout: {
    type: fixed(duration),
    about: 'How long one request may take, or the talk with a mail server.',
    default: '"30s"',
    example: '10s',
  },
};

/** Which way knows a field that the other has not. */
export const OF_WAYS: ReadonlyMap<string, 'webhook' | 'mail'> = new Map([
  ['json', 'webhook'],
  ['headers', 'webhook'],
  ['retries', 'webhook'],
  ['subject', 'mail'],
  ['from', 'mail'],
]);
