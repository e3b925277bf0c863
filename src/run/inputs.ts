/** Gathers the outputs that a step takes as its inputs. */
import type { EncodedValue } from '../../runners/contract.ts';

/** Of so many inputs the small ones travel in one piece of memory: each piece that crosses costs some hundred bytes on both sides. */
const MANY = 256;
const SMALL = 4096;

/** By name, in the order given. */
export function gather(names: readonly string[], values: readonly EncodedValue[]): Map<string, EncodedValue> {
  const gathered = values.length < MANY ? values : together(values);
  const inputs = new Map<string, EncodedValue>();
  names.forEach((name, i) => inputs.set(name, gathered[i]!));
  return inputs;
}

function together(values: readonly EncodedValue[]): EncodedValue[] {
  const size = values.reduce((sum, { length }) => sum + (length <= SMALL ? length : 0), 0);
  const memory = new Uint8Array(new SharedArrayBuffer(size));
  let at = 0;
  return values.map((value) => {
    if (value.length > SMALL) return value;
    memory.set(value, at);
    at += value.length;
    return memory.subarray(at - value.length, at);
  });
}
