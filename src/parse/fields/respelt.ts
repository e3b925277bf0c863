/** Reads a field under the name that was meant, so that what hangs on it is not told to be missing as well. */
import type { TableValue } from '../document.ts';
import { Mistakes } from '../mistakes.ts';
import { readFields } from './collections.ts';
import type { Fields } from './field-type.ts';
import { meantField } from './unknown-field.ts';

interface Respelt<T> {
  /** With that name. */
  readonly table: TableValue;
  /** That field only; absent where the value is none for it. */
  readonly fields: Partial<T>;
}

/** Nothing where one of `wanted` is there, or none is meant. That the field is unknown has been told. */
export function respelt<T extends object>(
  table: TableValue,
  wanted: readonly string[],
  fields: Fields<T>,
  mistakes: Mistakes,
): Respelt<T> | undefined {
  const { entries } = table;
  if (wanted.some((name) => entries.has(name))) return undefined;
  for (const [name, entry] of entries) {
    const meant = Object.hasOwn(fields, name) ? undefined : meantField(name, Object.keys(fields));
    if (meant === undefined || !wanted.includes(meant)) continue;
    const one: TableValue = { ...table, entries: new Map([[meant, entry]]) };
    // Whether the value is one for a field that may not be meant after all is not told.
    const read = readFields(one, fields, new Mistakes(mistakes.file), (field) => field, '');
    const renamed = [...entries].map(([key, value]) => [key === name ? meant : key, value] as const);
    return { table: { ...table, entries: new Map(renamed) }, fields: read };
  }
  return undefined;
}

/** Whether the field is there, be it misspelt. */
export function isMeant<T extends object>({ entries }: TableValue, field: string, fields: Fields<T>): boolean {
  if (entries.has(field)) return true;
  const known = Object.keys(fields);
  return [...entries.keys()].some((name) => !Object.hasOwn(fields, name) && meantField(name, known) === field);
}
