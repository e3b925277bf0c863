/** Guest code: a value → JSON text, by means that the step's own code cannot have changed. */

import type { Kinds } from './kinds.ts';
import type { Native } from './native.ts';
import type { Parts } from './parts.ts';
import type { TableParts } from './tables.ts';

export interface Serialised {
  /** Absent when `problem` says why. Numbers are written as canonical text has them; keys are not sorted yet. */
  readonly text?: string;
  /** A sentence that begins with the path. */
  readonly problem?: string;
  /** The path of the first number that became null. */
  readonly notFinite?: string;
}

interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

export function createSerialiser(native: Native, { load, loaded }: Parts): (value: unknown) => Serialised {
  const { stringify } = JSON;
  const { isArray } = Array;
  const { getPrototypeOf, keys } = Object;
  const { isFinite, isSafeInteger } = Number;
  const OBJECT = Object.prototype;
  const includes = native<boolean>(String.prototype, 'includes');
  const isWellFormed = native<boolean>(String.prototype, 'isWellFormed');
  const slice = native<string>(String.prototype, 'slice');
  const tagOf = native<string>(Object.prototype, 'toString');
  const test = native<boolean>(RegExp.prototype, 'test');
  const numberOf = native<number>(Number.prototype, 'valueOf');
  const stringOf = native<string>(String.prototype, 'valueOf');
  const booleanOf = native<boolean>(Boolean.prototype, 'valueOf');
  const SAFE = Number.MAX_SAFE_INTEGER;
  const MAX_DEPTH = 512;
  const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/;
  const FORMLESS = /^\[object (Map|Set|WeakMap|WeakSet|WeakRef|Promise|RegExp|Error|SharedArrayBuffer)\]$/;
  const BYTES = /^\[object (ArrayBuffer|DataView|Uint8Array|Uint8ClampedArray)\]$/;
  const NUMBERS = /^\[object \w+Array\]$/;
  const ADVICE: Record<string, string> = {
    Map: '; return Object.fromEntries(it)',
    Set: '; return an array',
    Promise: '; await it first',
    Error: '; return its message',
    RegExp: '; return its source',
  };

  /** There is no table before the part that makes them is there. */
  function tableOf(value: object): TableParts | undefined {
    return (loaded.kinds?.result as Kinds | undefined)?.tables.partsOf(value);
  }

  /** Whether JSON.stringify gives exactly what is wanted, without running any of the step's code. */
  function isPlain(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return true;
      case 'number':
        return (value | 0) === value || (value - value === 0 && value <= SAFE && value >= -SAFE);
      case 'object':
        return value === null || isPlainObject(value, depth);
      case 'bigint':
      case 'function':
      case 'symbol':
        return false;
    }
  }

  function isPlainObject(value: object, depth: number): boolean {
    if (depth >= MAX_DEPTH || (value as { toJSON?: unknown }).toJSON !== undefined) return false;
    if (isArray(value)) {
      if (tableOf(value) !== undefined) return false;
      for (let i = 0; i < value.length; i++) if (!isPlain(value[i], depth + 1)) return false;
      return true;
    }
    const prototype: unknown = getPrototypeOf(value);
    if (prototype !== OBJECT && prototype !== null) return false;
    for (const key in value) if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false;
    return true;
  }

  let problem: string | undefined;
  let notFinite: string | undefined;

  function pathOf(place: Place | undefined): string {
    if (place === undefined) return 'output';
    const { key } = place;
    const parent = pathOf(place.parent);
    if (typeof key === 'number') return `${parent}[${key}]`;
    return test(PLAIN_NAME, key) ? `${parent}.${key}` : `${parent}[${stringify(key)}]`;
  }

  function refuse(place: Place | undefined, what: string): undefined {
    problem ??= `${pathOf(place)} ${what}`;
    return undefined;
  }

  /** The value's text; nothing when it is left out, or when `problem` is set. */
  function write(given: unknown, place: Place | undefined, open: Open | undefined, depth: number): string | undefined {
    let value = given;
    if (typeof value === 'object' && value !== null) {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === 'function')
        value = (value as { toJSON(key: string): unknown }).toJSON(place === undefined ? '' : `${place.key}`);
    }
    switch (typeof value) {
      case 'string':
        return isWellFormed(value)
          ? stringify(value)
          : refuse(place, 'is a string with half a surrogate pair, which is no valid Unicode');
      case 'number':
        return numberText(value, place);
      case 'bigint':
      case 'boolean':
        return `${value}`;
      case 'undefined':
        return undefined;
      case 'function':
      case 'symbol':
        return refuse(place, `is a ${typeof value}, which JSON has no form for`);
      case 'object':
        return value === null ? 'null' : writeObject(value, place, open, depth);
    }
  }

  function numberText(value: number, place: Place | undefined): string {
    if (isSafeInteger(value)) return value === 0 ? '0' : `${value}`;
    if (isFinite(value)) {
      const text = `${value}`;
      return includes(text, '.') || includes(text, 'e') ? text : `${text}.0`;
    }
    notFinite ??= pathOf(place);
    return 'null';
  }

  interface Open {
    readonly parent: Open | undefined;
    readonly value: object;
  }

  function writeObject(
    value: object,
    place: Place | undefined,
    parents: Open | undefined,
    depth: number,
  ): string | undefined {
    if (depth >= MAX_DEPTH) return refuse(place, `is nested deeper than ${MAX_DEPTH} levels`);
    for (let each = parents; each !== undefined; each = each.parent) {
      if (each.value === value) return refuse(place, 'contains itself, which JSON has no form for');
    }
    const open: Open = { parent: parents, value };
    const table = tableOf(value);
    if (table !== undefined) return writeTable(table, place, open, depth);
    if (isArray(value)) return writeArray(value, place, open, depth);
    const tag = tagOf(value);
    if (test(BYTES, tag))
      return (
        (load('kinds') as Kinds).bytesText(value) ??
        refuse(place, 'has too many bytes for one value; return hwfe.file(path, bytes)')
      );
    if (test(NUMBERS, tag)) return writeArray(value as unknown[], place, open, depth);
    if (tag === '[object Number]') return numberText(numberOf(value), place);
    if (tag === '[object String]') return write(stringOf(value), place, parents, depth);
    if (tag === '[object Boolean]') return `${booleanOf(value)}`;
    if (test(FORMLESS, tag)) {
      const name = slice(tag, 8, -1);
      const article = test(/^[AEIO]/, name) ? 'an' : 'a';
      return refuse(place, `is ${article} ${name}, which JSON has no form for${ADVICE[name] ?? ''}`);
    }
    return writeMembers(value as Record<string, unknown>, place, open, depth);
  }

  function writeArray(value: unknown[], place: Place | undefined, open: Open, depth: number): string | undefined {
    let text = '[';
    for (let i = 0; i < value.length; i++) {
      const item = write(value[i], { parent: place, key: i }, open, depth + 1);
      if (problem !== undefined) return undefined;
      text += `${i === 0 ? '' : ','}${item ?? 'null'}`;
    }
    return `${text}]`;
  }

  function writeTable(table: TableParts, place: Place | undefined, open: Open, depth: number): string | undefined {
    return (load('kinds') as Kinds).tables.textOf(table, (item, row, column) => {
      const text = write(item, { parent: { parent: place, key: row }, key: column }, open, depth + 4);
      return problem === undefined ? (text ?? 'null') : undefined;
    });
  }

  function writeMembers(
    value: Record<string, unknown>,
    place: Place | undefined,
    open: Open,
    depth: number,
  ): string | undefined {
    let text = '{';
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      const key = names[i]!;
      const here: Place = { parent: place, key };
      if (!isWellFormed(key)) return refuse(place, 'has half a surrogate pair in a key, which is no valid Unicode');
      const member = write(value[key], here, open, depth + 1);
      if (problem !== undefined) return undefined;
      if (member !== undefined) text += `${text === '{' ? '' : ','}${stringify(key)}:${member}`;
    }
    return `${text}}`;
  }

  return (value) => {
    if (isPlain(value, 0)) {
      const text = value === undefined ? 'null' : stringify(value);
      // Half a surrogate pair is the only thing that JSON.stringify writes like this, but for an escaped backslash.
      if (!includes(text, '\\ud')) return { text };
    }
    problem = undefined;
    notFinite = undefined;
    const text = write(value, undefined, undefined, 0);
    if (problem !== undefined) return { problem };
    return notFinite === undefined ? { text: text ?? 'null' } : { text: text ?? 'null', notFinite };
  };
}
