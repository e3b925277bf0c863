/** Gathers the outputs that a step takes as its inputs. */
import type { EncodedValue } from '../../runners/contract.ts';
import { ManyInputs } from '../../runners/many-inputs.ts';

/** Of so many inputs the small ones travel in one piece of memory: each piece that crosses costs some hundred bytes on both sides. */
const MANY = 256;
const SMALL = 4096;

/** By name, in the order given. */
export function gather(names: readonly string[], values: readonly EncodedValue[]): ReadonlyMap<string, EncodedValue> {
  return values.length < MANY ? new Map(names.map((name, i) => [name, values[i]!])) : together(names, values);
}

function together(names: readonly string[], values: readonly EncodedValue[]): ManyInputs {
  const size = values.reduce((sum, { length }) => sum + (length <= SMALL ? length : 0), 0);
  const text = new Uint8Array(new SharedArrayBuffer(size));
  const ends = new Float64Array(values.length);
  const apart = new Map<number, EncodedValue>();
  let at = 0;
  for (const [place, value] of values.entries()) {
    if (value.length > SMALL) apart.set(place, value);
    else {
      text.set(value, at);
      at += value.length;
    }
    ends[place] = at;
  }
  return new ManyInputs({ names, text, ends, apart });
}
