/** The fields of one action, as its templates gave them: each is looked at before it is used. */
import type { EncodedValue } from '../contract.ts';
import { withRecords } from '../kinds/records.ts';
import { Float } from '../value/encode.ts';
import { type ActionFailure, failed } from './act.ts';
import { exactly, plainText, textOf } from './exact.ts';

export class Fields {
  readonly #action: string;
  readonly #values: ReadonlyMap<string, EncodedValue>;

  constructor(action: string, values: ReadonlyMap<string, EncodedValue>) {
    this.#action = action;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Canonical text; nothing where the file leaves the field out. */
  raw(name: string): EncodedValue | undefined {
    return this.#values.get(name);
  }

  /** Exact; tables are lists of records. */
  value(name: string): unknown {
    const raw = this.#values.get(name);
    return raw === undefined ? undefined : exactly(textOf(withRecords(raw)));
  }

  /** Numbers and booleans become text. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const isScalar = ['string', 'number', 'bigint', 'boolean'].includes(typeof value) || value instanceof Float;
    if (!isScalar) throw this.wrong(name, 'a text', value);
    return plainText(value);
  }

  needText(name: string): string {
    const text = this.text(name);
    if (text === undefined || text === '') throw failed(`"${name}" of ${this.#action} is empty; give it a text`);
    return text;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.value(name);
    if (value === undefined) return otherwise;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false', value);
    return value;
  }

  count(name: string, most: number): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const amount = numberOf(value);
    if (!Number.isSafeInteger(amount) || amount < 0 || amount > most)
      throw this.wrong(name, `a whole number from 0 to ${most}`, value);
    return amount;
  }

  /** Of a table its names with texts, one for each item of a list; what is null is left out. */
  pairs(name: string): readonly (readonly [string, string])[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (!isTable(value)) throw this.wrong(name, 'a table of names and values', value);
    return Object.entries(value).flatMap(([key, member]) => {
      const items: readonly unknown[] = Array.isArray(member) ? member : [member];
      return items.flatMap((item) => {
        if (item === null) return [];
        if (typeof item === 'object' && !(item instanceof Float)) throw this.wrong(`${name}.${key}`, 'a text', item);
        return [[key, plainText(item)] as const];
      });
    });
  }

  /** A text, or a list of texts. */
  texts(name: string): readonly string[] {
    const value = this.value(name);
    if (value === undefined) return [];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item) => {
      if (typeof item !== 'string') throw this.wrong(name, 'a text, or a list of texts', item);
      return item;
    });
  }

  wrong(name: string, takes: string, value: unknown): ActionFailure {
    const text = plainText(value);
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    return failed(`"${name}" of ${this.#action} is ${shown}; it takes ${takes}`);
  }
}

function numberOf(value: unknown): number {
  if (value instanceof Float) return value.value;
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  return isNumber || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN;
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float);
}
