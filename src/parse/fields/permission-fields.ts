/** The fields of `permissions`, on a step and on a workflow. */
import { record, type Word, words } from './collections.ts';
import type { Field, Fields, FieldType } from './field-type.ts';
import { flag } from './scalars.ts';

export interface PermissionFields {
  read?: readonly Word[];
  write?: readonly Word[];
  net?: readonly Word[];
  env?: readonly Word[];
  clock?: boolean;
  random?: boolean;
  run?: readonly Word[];
}

const PATHS = 'a path such as "data/orders.csv" or "data/**", or a list of such paths';

const HOST = /^(?:\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;

export function isHost(text: string): boolean {
  const [whole, port = '80'] = HOST.exec(text) ?? [];
  return whole !== undefined && Number(port) > 0 && Number(port) < 65_536;
}

const ANY_HOST = words('a host such as "api.example.com:443", or a list of such hosts');

/** Hosts with or without a port. */
const hosts: FieldType<readonly Word[]> = {
  ...ANY_HOST,
  read(value, place) {
    const found = ANY_HOST.read(value, place);
    for (const { text, span } of found ?? []) {
      if (isHost(text)) continue;
      const message = `Write ${JSON.stringify(text)} in ${place.what} as a host, such as "api.example.com:443" or "*.example.com"`;
      place.mistakes.add('bad-host', span, message);
    }
    return found;
  },
};

/** A program would do what it liked, whatever else is granted. */
const noPrograms: FieldType<readonly Word[]> = {
  schema: { type: 'array', items: { type: 'string', enum: [] } },
  takes: 'an empty list',
  read(value, place) {
    if (value.kind === 'list' && value.items.length === 0) return [];
    if (value.kind === 'table' && value.entries.size === 0) return [];
    const message = `Leave ${place.what} empty: an embedded step runs no program of the machine; let a shell step run it`;
    place.mistakes.add('misfit-field', value.span, message);
    return undefined;
  },
};

export const PERMISSION_FIELDS: Fields<PermissionFields> = {
  read: {
    type: words(PATHS),
    about:
      'Files of the machine that the step may read, relative to the workflow file; a slash at the end means all below.',
    default: 'none',
    example: ['data/**'],
  },
  write: {
    type: words(PATHS),
    about: 'Files of the machine that the step may write.',
    default: 'none',
    example: ['out/'],
  },
  net: {
    type: hosts,
    about: 'Hosts that `fetch` may reach; without a port, those of http and https.',
    default: 'none',
    example: ['api.example.com:443'],
  },
  env: {
    type: words('a name or a pattern such as "APP_*", or a list of such'),
    about: 'Which of the entries of `env` the step sees.',
    default: 'all of them',
    example: ['REGION'],
  },
  clock: {
    type: flag,
    about: "Whether the step may ask for the time; true says that its time is the machine's in any case.",
    default: 'it may',
    example: false,
  },
  random: {
    type: flag,
    about: "Whether the step may ask for random numbers; true says that they are the machine's in any case.",
    default: 'it may',
    example: false,
  },
  run: {
    type: noPrograms,
    about: 'Programs of the machine that the step may run: none, which a file may say so that it is seen.',
    default: 'none',
    example: [],
  },
};

const TAKES = `a table with ${Object.keys(PERMISSION_FIELDS)
  .map((name) => `"${name}"`)
  .join(', ')}`;

export const PERMISSIONS: Field<PermissionFields> = {
  type: record(PERMISSION_FIELDS, TAKES),
  about:
    'What an embedded step may do outside of itself; of a workflow, what all of them may. A step can only narrow that.',
  default: 'what the workflow says, else nothing',
  example: { read: ['data/**'], write: ['out/'] },
};
