/** Changes one place in a step's inputs, and nothing else in their texts. */
import { canonicalise } from '../../runners/value.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import { SETTINGS } from '../config/settings.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { shapeOf, textOf } from '../terminal/canonical.ts';
import type { Arguments } from './options.ts';

/** Of the pairs given to `--set`, those that name no setting are inputs, besides those given to `--input`. */
export function splitPairs(args: Arguments): { readonly settings: Arguments; readonly inputs: readonly string[] } {
  const isSetting = (pair: string): boolean => SETTINGS.some(({ key }) => pair.startsWith(`${key}=`));
  const pairs = args.values('set');
  const settings: Arguments = {
    ...args,
    values: (name) => (name === 'set' ? pairs.filter(isSetting) : args.values(name)),
  };
  return { settings, inputs: [...args.values('input'), ...pairs.filter((pair) => !isSetting(pair))] };
}

/** `given` is `load.prices[0]=3`; what stands behind `=` is JSON, else a text. The error is a sentence. */
export function setInput(
  inputs: ReadonlyMap<string, EncodedValue>,
  given: string,
): Result<ReadonlyMap<string, EncodedValue>, string> {
  const [, place = '', text = ''] = /^([^=]+)=([^]*)$/.exec(given) ?? [];
  // Names of steps may hold dots, so the longest counts.
  const name = [...inputs.keys()]
    .filter((one) => place === one || place.startsWith(`${one}.`) || place.startsWith(`${one}[`))
    .sort((a, b) => b.length - a.length)[0];
  if (name === undefined) {
    const names = [...inputs.keys()].map((one) => `"${one}"`).join(', ');
    return fail(
      names === ''
        ? `"${given}" names no input of the step, which has none`
        : `"${given}" names no input of the step; write INPUT.FIELD=VALUE, with one of ${names}`,
    );
  }
  const path = [...place.slice(name.length).matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(
    ([, key, index]) => key ?? Number(index),
  );
  const value = canonicalise(Buffer.from(isJson(text) ? text : JSON.stringify(text)));
  if (!value.ok) return fail(`The value in "${given}" cannot be an input: ${value.message}`);
  const changed = replace(textOf(inputs.get(name)!), path, textOf(value.value));
  if (changed === undefined) return fail(`The input "${name}" has no place "${place}"`);
  const whole = canonicalise(Buffer.from(changed));
  return whole.ok ? ok(new Map(inputs).set(name, whole.value)) : fail(whole.message);
}

/** A field that is not there is added, an item that is not there only at the end of its list. */
function replace(text: string, [first, ...rest]: readonly (string | number)[], value: string): string | undefined {
  if (first === undefined) return value;
  const shape = shapeOf(text);
  if (shape.kind === 'array' && typeof first === 'number' && first <= shape.items.length) {
    const inner = replace(shape.items[first] ?? 'null', rest, value);
    return inner && `[${shape.items.toSpliced(first, 1, inner).join(',')}]`;
  }
  if (shape.kind === 'object' && typeof first === 'string') {
    const entries = new Map(shape.entries);
    const inner = replace(entries.get(first) ?? '{}', rest, value);
    if (inner === undefined) return undefined;
    entries.set(first, inner);
    return `{${[...entries].map(([key, one]) => `${JSON.stringify(key)}:${one}`).join(',')}}`;
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
