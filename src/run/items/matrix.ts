/** The combinations of a matrix, as texts: a product, less what is excluded, with what is included. */
import type { EncodedValue } from '../../../runners/contract.ts';
import { compareKeys, members, pieces } from '../../../runners/value.ts';
import { fail, ok, type Result } from '../../model/result.ts';

/** Names and values as JSON writes them. */
type Combination = ReadonlyMap<string, string>;

export interface Matrix {
  readonly axes: readonly (readonly [name: string, values: readonly string[]])[];
  readonly include: readonly Combination[];
  readonly exclude: readonly Combination[];
}

/** From lists by name; the error is a sentence. */
export function matrixOf(lists: ReadonlyMap<string, EncodedValue>): Result<Matrix, string> {
  const axes: [string, string[]][] = [];
  const more: { include: Combination[]; exclude: Combination[] } = { include: [], exclude: [] };
  for (const [name, list] of lists) {
    const values = pieces(list);
    if (values === undefined) return fail(`"${name}" of the matrix has to be a list`);
    const texts = Array.from({ length: values.length }, (_, index) => Buffer.from(values.at(index)).toString());
    if (name !== 'include' && name !== 'exclude') {
      axes.push([JSON.stringify(name), texts]);
      continue;
    }
    for (const text of texts) {
      const named = members(Buffer.from(text));
      if (named === undefined) return fail(`"${name}" of the matrix has to be a list of tables`);
      more[name].push(new Map(named));
    }
  }
  return ok({ axes, ...more });
}

/** The first name changes slowest. Nothing if there are more than `most`. */
export function combinations({ axes, include, exclude }: Matrix, most: number): string[] | undefined {
  const size = axes.length === 0 ? 0 : axes.reduce((product, [, values]) => product * values.length, 1);
  if (size + include.length > most) return undefined;
  let product: Combination[] = size === 0 ? [] : [new Map()];
  if (size > 0) {
    for (const [name, values] of axes)
      product = product.flatMap((before) => values.map((value) => new Map(before).set(name, value)));
  }
  const names = new Set(axes.map(([name]) => name));
  const found = product.filter((one) => !exclude.some((excluded) => agrees(excluded, one, () => true)));
  const own = found.map((one) => new Map(one));
  for (const added of include) {
    // It joins every combination whose own values it leaves as they are, and else is one itself.
    const joined = own.filter((_, index) => agrees(added, found[index]!, (name) => names.has(name)));
    if (joined.length === 0) own.push(new Map(added));
    for (const one of joined) for (const [name, value] of added) one.set(name, value);
    while (found.length < own.length) found.push(NONE);
  }
  return own.map(written);
}

/** What was included is joined by nothing. */
const NONE: Combination = new Map();

function agrees(some: Combination, whole: Combination, counts: (name: string) => boolean): boolean {
  if (whole.size === 0) return false;
  for (const [name, value] of some) if (counts(name) && whole.get(name) !== value) return false;
  return true;
}

function written(one: Combination): string {
  const sorted = [...one].sort(([a], [b]) => compareKeys(JSON.parse(a) as string, JSON.parse(b) as string));
  return `{${sorted.map(([name, value]) => `${name}:${value}`).join(',')}}`;
}
