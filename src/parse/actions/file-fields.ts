/** The fields of `file`: one operation with its path, and how. */
import type { Fields } from '../fields/field-type.ts';
import { choice, flag, number, prose, text } from '../fields/scalars.ts';
import { type ActionValue, anything, fixed, open } from './open-field.ts';

const FORMATS = Object.fromEntries(
  ['text', 'json', 'jsonl', 'csv', 'toml', 'yaml', 'bytes'].map((format) => [format, format]),
);

interface OperationFields {
  read?: ActionValue;
  write?: ActionValue;
  append?: ActionValue;
  copy?: ActionValue;
  move?: ActionValue;
  delete?: ActionValue;
  list?: ActionValue;
  glob?: ActionValue;
  stat?: ActionValue;
  mkdir?: ActionValue;
}

export interface FileFields extends OperationFields {
  to?: ActionValue;
  content?: ActionValue;
  format?: ActionValue;
  header?: ActionValue;
  delimiter?: ActionValue;
  indent?: ActionValue;
  missing_ok?: ActionValue;
}

export type Operation = keyof OperationFields;

const path = open(text);

const OPERATION_FIELDS: Fields<OperationFields> = {
  read: { type: path, about: 'Reads a file.', example: 'data/orders.csv' },
  write: { type: path, about: 'Writes `content` into a file, whole or not at all.', example: 'out/report.json' },
  append: { type: path, about: 'Writes `content` behind what a file has.', example: 'out/log.jsonl' },
  copy: { type: path, about: 'Copies a file to `to`.', example: 'data/orders.csv' },
  move: { type: path, about: 'Moves a file to `to`.', example: 'inbox/orders.csv' },
  delete: { type: path, about: 'Deletes a file or an empty directory.', example: 'out/old.json' },
  list: { type: path, about: 'Lists what is in a directory.', example: 'data' },
  glob: { type: path, about: 'Lists the files that match a pattern.', example: 'data/**/*.csv' },
  stat: { type: path, about: 'Tells whether something is there, what, how large and when changed.', example: 'out' },
  mkdir: { type: path, about: 'Makes a directory, with those on the way to it.', example: 'out/reports' },
};

export const OPERATIONS: readonly Operation[] = Object.keys(OPERATION_FIELDS) as Operation[];

/** Which fields each of them has to have. */
export const OPERATION_NEEDS: readonly (readonly string[])[] = OPERATIONS.map((name) => [
  name,
  ...(name === 'copy' || name === 'move' ? ['to'] : []),
  ...(name === 'write' || name === 'append' ? ['content'] : []),
]);

/** Which operations know a field; what is not here is an operation itself. */
export const OF_OPERATIONS: ReadonlyMap<string, readonly Operation[]> = new Map<string, readonly Operation[]>([
  ['to', ['copy', 'move']],
  ['content', ['write', 'append']],
  ['format', ['read', 'write', 'append']],
  ['header', ['read', 'write', 'append']],
  ['delimiter', ['read', 'write', 'append']],
  ['indent', ['write']],
  ['missing_ok', ['read', 'delete']],
]);

export const FILE_FIELDS: Fields<FileFields> = {
  ...OPERATION_FIELDS,
  to: { type: path, about: 'Where a copied or moved file goes.', example: 'archive/orders.csv' },
  content: { type: anything, about: 'What is written.', example: '{{ steps.report.output }}' },
  format: {
    type: fixed(choice(FORMATS, 'unknown-choice', 'a format')),
    about: 'How the file says its value.',
    default: 'what the file\'s ending says, else "text"',
    example: 'json',
  },
  header: {
    type: fixed(flag),
    about: "Whether the first line of a CSV file has the columns' names; without it, rows are lists.",
    default: 'true',
    example: false,
  },
  delimiter: {
    type: fixed(prose),
    about: 'What stands between two columns of a CSV file.',
    default: '","',
    example: ';',
  },
  indent: {
    type: fixed(number(0, 8, 'integer')),
    about: 'By how many spaces a level of a JSON file is indented; 0 for one line.',
    default: '2',
    example: 0,
  },
  missing_ok: {
    type: fixed(flag),
    about: 'Whether a file that is not there is no failure: read as null, and deleted already.',
    default: 'false',
    example: true,
  },
};
