/** The fields of `http`. */
import type { DocumentValue } from '../document.ts';
import type { Fields, FieldType } from '../fields/field-type.ts';
import { refuse, wrongType } from '../fields/field-type.ts';
import { choice, duration, flag, number, prose, text } from '../fields/scalars.ts';
import { type ActionValue, anything, fixed, open, pairs } from './open-field.ts';

const METHODS = Object.fromEntries(
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => [method, method]),
);

const STATUS = /^[1-5](?:\d\d|xx)$/;

const one = {
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 599 },
    { type: 'string', pattern: STATUS.source },
  ],
};

const statuses: FieldType<readonly string[]> = {
  schema: { anyOf: [...one.anyOf, { type: 'array', items: one }] },
  takes: 'a status such as 200 or "2xx", or a list of statuses',
  read(value, place) {
    const items = value.kind === 'list' ? value.items : [value];
    const words = items.map(statusOf);
    if (words.every((word) => word !== undefined)) return words;
    const isOdd = items.some(({ kind }) => kind !== 'text' && kind !== 'number');
    return isOdd ? wrongType(value, place, this.takes) : refuse('bad-action', value, place, this.takes);
  },
};

function statusOf(value: DocumentValue): string | undefined {
  const word = value.kind === 'text' || value.kind === 'number' ? String(value.value) : '';
  return STATUS.test(word) ? word : undefined;
}

export interface HttpFields {
  url?: ActionValue;
  method?: ActionValue;
  headers?: ActionValue;
  query?: ActionValue;
  json?: ActionValue;
  form?: ActionValue;
  body?: ActionValue;
  timeout?: ActionValue;
  retries?: ActionValue;
  longest_wait?: ActionValue;
  expect?: ActionValue;
  redirects?: ActionValue;
  response?: ActionValue;
  path?: ActionValue;
}

export const HTTP_FIELDS: Fields<HttpFields> = {
  url: {
    type: open(text, 'url'),
    about: 'Where the request goes. What a template gives is quoted, but for one at the very beginning.',
    example: 'https://api.example.com/users/{{ inputs.user }}',
  },
  method: {
    type: open(choice(METHODS, 'unknown-choice', 'a method of HTTP')),
    about: 'The method.',
    default: '"POST" with `json`, `form` or `body`, else "GET"',
    example: 'PUT',
  },
  headers: {
    type: pairs('a table of names and texts'),
    about: 'Headers of the request.',
    default: 'none but those that its body needs',
    example: { authorization: 'Bearer {{ env.TOKEN }}' },
  },
  query: {
    type: pairs('a table of names and values'),
    about: 'What is added to the URL behind `?`, quoted; of a list each item.',
    default: 'nothing',
    example: { page: 2, tag: ['a', 'b'] },
  },
  json: { type: anything, about: 'The body as a value, sent as JSON.', default: 'no body', example: { name: 'Ana' } },
  form: {
    type: pairs('a table of names and values'),
    about: 'The body as the fields of a form.',
    default: 'no body',
    example: { user: 'ana' },
  },
  body: {
    type: open(prose),
    about: 'The body as a text, or the bytes or the file of another step.',
    default: 'no body',
    example: '<order/>',
  },
  timeout: {
    type: fixed(duration),
    about: 'How long one request may take, with its redirects and its answer.',
    default: '"30s"',
    example: '10s',
  },
  retries: {
    type: open(number(0, 100, 'integer')),
    about: 'How many further requests follow one that gave 429 or 5xx, or that no answer came to.',
    default: '2 for GET and HEAD, else 0',
    example: 5,
  },
  longest_wait: {
    type: fixed(duration),
    about: 'The longest that is waited between two requests; a server that asks for more with `Retry-After` gets none.',
    default: '"1m"',
    example: '5m',
  },
  expect: {
    type: fixed(statuses),
    about: 'The statuses of an answer with which the step succeeds.',
    default: '"2xx"',
    example: [200, 404],
  },
  redirects: {
    type: fixed(flag),
    about: 'Whether it is followed where the server sends it on; each place has to be granted.',
    default: 'true',
    example: false,
  },
  response: {
    type: fixed(
      choice({ json: 'json', text: 'text', bytes: 'bytes', file: 'file' }, 'unknown-choice', 'a form of an answer'),
    ),
    about: 'As what the body of the answer is handed on.',
    default: '"file" with `path`, else what its content type says: "json", "text" or "bytes"',
    example: 'text',
  },
  path: {
    type: open(text),
    about: 'Where the body is written as a file, which takes a grant; it is handed on as the path.',
    default: 'a file of the run\'s own directory, where `response` is "file"',
    example: 'downloads/rates.csv',
  },
};
