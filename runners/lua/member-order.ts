/** The order in which an object's members are written, remembered because one record is like the next. */
import type { TextBuffer } from './text-buffer.ts';

/** Larger objects are no records. */
const REMEMBERED_AT_MOST = 64;

export type Order =
  | { readonly kind: 'order'; readonly indices: readonly number[] }
  /** The member's key is there twice. */
  | { readonly kind: 'doubled'; readonly index: number };

export class MemberOrder {
  #keys: Uint8Array = new Uint8Array(0);
  /** Relative to the first. */
  #starts: readonly number[] = [];
  #last: Order & { kind: 'order' } = { kind: 'order', indices: [] };

  /** Of the members whose raw keys begin at `starts` and end where the next begins, the last at the buffer's end. */
  of(keys: TextBuffer, starts: readonly number[]): Order {
    if (this.#isRemembered(keys, starts)) return this.#last;
    const end = (i: number): number => starts[i + 1] ?? keys.length;
    const compare = (a: number, b: number): number => keys.compare(starts[a]!, end(a), starts[b]!, end(b));
    const indices = starts.map((_, i) => i).sort(compare);
    const doubled = indices.find((index, i) => i > 0 && compare(indices[i - 1]!, index) === 0);
    if (doubled !== undefined) return { kind: 'doubled', index: doubled };
    const order = { kind: 'order', indices } as const;
    if (indices.length <= REMEMBERED_AT_MOST) {
      const base = starts[0]!;
      this.#keys = keys.bytes.slice(base, keys.length);
      this.#starts = starts.map((start) => start - base);
      this.#last = order;
    }
    return order;
  }

  #isRemembered(keys: TextBuffer, starts: readonly number[]): boolean {
    const base = starts[0]!;
    if (starts.length !== this.#starts.length || keys.length - base !== this.#keys.length) return false;
    for (let i = 0; i < starts.length; i++) if (starts[i]! - base !== this.#starts[i]) return false;
    for (let i = 0; i < this.#keys.length; i++) if (keys.bytes[base + i] !== this.#keys[i]) return false;
    return true;
  }
}
