/** JavaScript values → canonical text. */
import type { EncodedValue } from '../contract.ts';
import type { Tables } from '../javascript/guest/tables.ts';
import { compareKeys } from './keys.ts';
import { formatFloat, formatNumber } from './number.ts';
import { own } from './own.ts';

/** A number that was written as a float and stays one, though it may be whole. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export type Encoded =
  | { readonly ok: true; readonly value: EncodedValue; readonly warnings: readonly string[] }
  /** `message` is a sentence that begins with the path: `output.items[3] is a function, which JSON has no form for`. */
  | { readonly ok: false; readonly message: string };

/** Deeper values are refused, so that no reader's stack is at the mercy of a step. */
export const MAX_DEPTH = 512;

/** Base64 of more would be a string that JavaScript does not have. */
const MOST_BYTES = 2 ** 28;

const utf8 = new TextEncoder();

/**
 * Takes what JSON.stringify takes, and besides Maps with string keys, BigInts, `Float`s, bytes, and the tables that `tables`
 * knows. NaN and infinities become null with one warning that names the first place.
 */
export function encode(
  value: unknown,
  { maxDepth = MAX_DEPTH, tables }: { readonly maxDepth?: number; readonly tables?: Tables } = {},
): Encoded {
  const writer = new Writer(maxDepth, tables);
  const text = writer.write(value, 0);
  if (text === undefined) return { ok: false, message: writer.problem };
  const warnings =
    writer.notFinite === undefined
      ? []
      : [`${writer.notFinite} is not a finite number, which JSON has no form for; it became null`];
  return { ok: true, value: own(utf8.encode(text)), warnings };
}

class Writer {
  problem = '';
  notFinite: string | undefined;
  readonly #maxDepth: number;
  readonly #tables: Tables | undefined;
  readonly #path: (string | number)[] = [];
  readonly #open = new Set<object>();

  constructor(maxDepth: number, tables: Tables | undefined) {
    this.#maxDepth = maxDepth;
    this.#tables = tables;
  }

  /** The value's text, or nothing when `problem` says why there is none. */
  write(value: unknown, depth: number): string | undefined {
    switch (typeof value) {
      case 'string':
        return value.isWellFormed()
          ? JSON.stringify(value)
          : this.#refuse('is a string with half a surrogate pair, which is no valid Unicode');
      case 'number':
        return Number.isFinite(value) ? formatNumber(value) : this.#nullFor();
      case 'bigint':
        return String(value);
      case 'boolean':
        return String(value);
      case 'undefined':
        return 'null';
      case 'function':
      case 'symbol':
        return this.#refuse(`is a ${typeof value}, which JSON has no form for`);
      case 'object':
        return value === null ? 'null' : this.#writeObject(value, depth);
    }
  }

  #writeObject(value: object, depth: number): string | undefined {
    if (value instanceof Float) return Number.isFinite(value.value) ? formatFloat(value.value) : this.#nullFor();
    // Before `toJSON`, which a Buffer has.
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return this.#writeBuffer(value, depth);
    if (depth >= this.#maxDepth) return this.#refuse(`is nested deeper than ${this.#maxDepth} levels`);
    if (this.#open.has(value)) return this.#refuse('contains itself, which JSON has no form for');
    this.#open.add(value);
    const text = this.#writeOpen(value, depth);
    this.#open.delete(value);
    return text;
  }

  #writeOpen(value: object, depth: number): string | undefined {
    const table = this.#tables?.partsOf(value);
    if (table !== undefined)
      return this.#tables!.textOf(table, (item, row, column) => {
        this.#path.push(row, column);
        const text = this.write(item, depth + 4);
        if (text !== undefined) this.#path.length -= 2;
        return text;
      });
    if (Array.isArray(value)) return this.#writeArray(value, depth);
    if (value instanceof Map) return this.#writeEntries([...value.keys()], (key) => value.get(key), depth);
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.write(value.toJSON(), depth + 1);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (
      prototype !== null &&
      prototype !== Object.prototype &&
      Object.prototype.toString.call(value) !== '[object Object]'
    ) {
      return this.#refuse(`is a ${value.constructor.name}, which JSON has no form for`);
    }
    const members = value as Record<string, unknown>;
    return this.#writeEntries(
      Object.keys(value).filter((key) => members[key] !== undefined),
      (key) => members[key as string],
      depth,
    );
  }

  /** Bytes as bytes, other numbers as a list. */
  #writeBuffer(value: ArrayBufferView | ArrayBuffer, depth: number): string | undefined {
    const view = ArrayBuffer.isView(value) ? value : new Uint8Array(value);
    if (!(view instanceof Uint8Array || view instanceof Uint8ClampedArray || view instanceof DataView))
      return this.#writeArray(Array.from(view as Float64Array), depth);
    if (view.byteLength > MOST_BYTES)
      return this.#refuse('has too many bytes for one value; return hwfe.file(path, bytes)');
    return `{"$bytes":"${Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64')}"}`;
  }

  #writeArray(items: readonly unknown[], depth: number): string | undefined {
    let text = '[';
    for (let i = 0; i < items.length; i++) {
      this.#path.push(i);
      const item = this.write(items[i], depth + 1);
      if (item === undefined) return undefined;
      this.#path.pop();
      text += i === 0 ? item : `,${item}`;
    }
    return `${text}]`;
  }

  #writeEntries(keys: unknown[], member: (key: unknown) => unknown, depth: number): string | undefined {
    if (!keys.every((key) => typeof key === 'string')) return this.#refuse('is a Map whose keys are not all strings');
    let text = '{';
    for (const key of inOrder(keys)) {
      this.#path.push(key);
      if (!key.isWellFormed()) return this.#refuse('has half a surrogate pair in its key, which is no valid Unicode');
      const item = this.write(member(key), depth + 1);
      if (item === undefined) return undefined;
      this.#path.pop();
      text += `${text.length === 1 ? '' : ','}${JSON.stringify(key)}:${item}`;
    }
    return `${text}}`;
  }

  #nullFor(): string {
    this.notFinite ??= pathText(this.#path);
    return 'null';
  }

  #refuse(what: string): undefined {
    this.problem = `${pathText(this.#path)} ${what}`;
    return undefined;
  }
}

/** Sorted keys are left alone, which is what nearly all values have that were canonical before. */
function inOrder(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) {
    if (compareKeys(keys[i - 1]!, keys[i]!) > 0) return keys.sort(compareKeys);
  }
  return keys;
}

/** `output.items[3]["odd key"]`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = 'output';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  }
  return text;
}
