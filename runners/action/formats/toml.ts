/** TOML ↔ values. */
import { createRequire } from 'node:module';
import type { AST } from 'toml-eslint-parser';
import type * as Toml from 'toml-eslint-parser';
import type { Stringify } from '@iarna/toml/stringify.js';
import { Float } from '../../value/encode.ts';
import { plainly } from '../exact.ts';
import { isTable } from '../fields.ts';

type Wrong = (message: string) => Error;
type Table = Record<string, unknown>;

const require: NodeJS.Require = createRequire(import.meta.url);

/** Dates are texts. Read from the syntax tree: only that tells `5.0` from `5`, and a table named `constructor` from what every object inherits. */
export function readToml(text: string, wrong: Wrong): unknown {
  const { parseTOML } = require('toml-eslint-parser') as typeof Toml;
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text);
  } catch (error) {
    if (!(error instanceof Error && 'lineNumber' in error)) throw error;
    throw wrong(`${error.message} in line ${String(error.lineNumber)}`);
  }
  const root: Table = Object.create(null);
  for (const item of program.body[0].body) {
    if (item.type === 'TOMLKeyValue') put(root, keysOf(item.key), valueOf(item.value));
    else {
      const table = tableAt(root, item.resolvedKey);
      for (const { key, value } of item.body) put(table, keysOf(key), valueOf(value));
    }
  }
  return root;
}

/** An integer of its path is a place in a list of tables. */
function tableAt(root: Table, path: readonly (string | number)[]): Table {
  let at: Table | unknown[] = root;
  path.forEach((key, index) => {
    const holder = at as Record<string | number, unknown>;
    holder[key] ??= typeof path[index + 1] === 'number' ? [] : Object.create(null);
    at = holder[key] as Table;
  });
  return at as Table;
}

function put(table: Table, keys: readonly string[], value: unknown): void {
  tableAt(table, keys.slice(0, -1))[keys.at(-1)!] = value;
}

function keysOf({ keys }: AST.TOMLKey): string[] {
  return keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
}

function valueOf(node: AST.TOMLContentNode): unknown {
  if (node.type === 'TOMLArray') return node.elements.map(valueOf);
  if (node.type === 'TOMLInlineTable') {
    const table: Table = Object.create(null);
    for (const { key, value } of node.body) put(table, keysOf(key), valueOf(value));
    return table;
  }
  switch (node.kind) {
    case 'integer':
      return node.bigint;
    case 'float':
      return new Float(node.value);
    case 'string':
    case 'boolean':
      return node.value;
    default:
      return node.datetime;
  }
}

/** A whole float is written as an integer. */
export function writeToml(value: unknown, wrong: Wrong): string {
  if (!isTable(value)) throw wrong('a TOML file is a table');
  try {
    return (require('@iarna/toml/stringify.js') as Stringify)(plainly(value) as object);
  } catch (error) {
    // Null, or a list of values of several kinds, as it says itself.
    if (error instanceof Error) throw wrong(error.message);
    throw error;
  }
}
