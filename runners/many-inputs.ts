/** A step's inputs in one piece of memory: of a hundred thousand, a few megabytes in place of eighty. */
import type { EncodedValue } from './outcome.ts';

/** What crosses to a thread or a process, where it arrives without its methods. */
interface Pieces {
  readonly names: readonly string[];
  /** All values that are not `apart`, one after another. */
  readonly text: Uint8Array;
  /** Where in `text` the value of each name ends. */
  readonly ends: Float64Array;
  /** Large values, by the place of their names. */
  readonly apart: ReadonlyMap<number, EncodedValue>;
}

/** Names are in the order given. A value is the same memory whenever it is asked for. */
export class ManyInputs implements ReadonlyMap<string, EncodedValue>, Pieces {
  readonly names: readonly string[];
  readonly text: Uint8Array;
  readonly ends: Float64Array;
  readonly apart: ReadonlyMap<number, EncodedValue>;
  #places: ReadonlyMap<string, number> | undefined;

  constructor({ names, text, ends, apart }: Pieces) {
    this.names = names;
    this.text = text;
    this.ends = ends;
    this.apart = apart;
  }

  get size(): number {
    return this.names.length;
  }

  has(name: string): boolean {
    return this.#placeOf(name) !== undefined;
  }

  get(name: string): EncodedValue | undefined {
    const place = this.#placeOf(name);
    return place === undefined ? undefined : this.#at(place);
  }

  keys(): MapIterator<string> {
    return this.names.values();
  }

  *values(): MapIterator<EncodedValue> {
    for (let place = 0; place < this.size; place++) yield this.#at(place);
  }

  *entries(): MapIterator<[string, EncodedValue]> {
    for (let place = 0; place < this.size; place++) yield [this.names[place]!, this.#at(place)];
  }

  [Symbol.iterator](): MapIterator<[string, EncodedValue]> {
    return this.entries();
  }

  forEach(take: (value: EncodedValue, name: string, all: ReadonlyMap<string, EncodedValue>) => void): void {
    for (const [name, value] of this) take(value, name, this);
  }

  #at(place: number): EncodedValue {
    return this.apart.get(place) ?? this.text.subarray(place === 0 ? 0 : this.ends[place - 1], this.ends[place]);
  }

  #placeOf(name: string): number | undefined {
    this.#places ??= new Map(this.names.map((known, place) => [known, place]));
    return this.#places.get(name);
  }
}

/** The inputs of a job that has come from another thread or process. */
export function receivedInputs(inputs: ReadonlyMap<string, EncodedValue> | Pieces): ReadonlyMap<string, EncodedValue> {
  return 'ends' in inputs ? new ManyInputs(inputs) : inputs;
}
