/** The Lua value on top of the stack → canonical JSON text. */
import { isUtf8 } from 'node:buffer';
import type { EncodedValue } from '../contract.ts';
import { compareKeys, formatFloat, own } from '../value.ts';
import { LuaType, REGISTRY, type State } from './api.ts';
import { Aborted, type Machine } from './machine.ts';
import { TextBuffer } from './text-buffer.ts';

const MAX_DEPTH = 512;
const LARGEST_SAFE = Number.MAX_SAFE_INTEGER;

export type Encoded =
  | { readonly kind: 'value'; readonly value: EncodedValue; readonly warnings: readonly string[] }
  /** `message` begins with the path, in Lua's own counting from 1. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** The text grew over the limit, to at least so many bytes. */
  | { readonly kind: 'too-large'; readonly bytes: number };

/** Leaves the stack as it was. `limit` is in bytes; `root` is what paths begin with. */
export function takeValue(machine: Machine, L: State, limit: number, root: string): Encoded {
  return new Writer(machine, L, limit, root).run();
}

class Writer {
  readonly #machine: Machine;
  readonly #L: State;
  readonly #limit: number;
  readonly #root: string;
  readonly #out = new TextBuffer(1024);
  /** Raw keys of the open objects, for sorting. */
  readonly #keys = new TextBuffer(256);
  /** Addresses of the open tables. */
  readonly #open: number[] = [];
  /** Per open table: an item's index, or -1 when the place is the key at #keyStarts. */
  readonly #indices: number[] = [];
  readonly #keyStarts: number[] = [];
  readonly #keyEnds: number[] = [];
  #failure: Encoded | undefined;
  #notFinite: Place | undefined;

  constructor(machine: Machine, L: State, limit: number, root: string) {
    this.#machine = machine;
    this.#L = L;
    this.#limit = limit;
    this.#root = root;
  }

  run(): Encoded {
    if (!this.#value()) return this.#failure!;
    if (this.#out.length > this.#limit) return { kind: 'too-large', bytes: this.#out.length };
    const warnings =
      this.#notFinite === undefined
        ? []
        : [`${this.#pathText(this.#notFinite)} is not a finite number, which JSON has no form for; it became null`];
    return { kind: 'value', value: own(this.#out.view()), warnings };
  }

  /** False when `#failure` says why not. */
  #value(): boolean {
    const { api } = this.#machine;
    const L = this.#L;
    switch (api.lua_type(L, -1)) {
      case LuaType.nil:
        this.#out.ascii('null');
        return true;
      case LuaType.boolean:
        this.#out.ascii(api.lua_toboolean(L, -1) === 1 ? 'true' : 'false');
        return true;
      case LuaType.number:
        this.#number();
        return true;
      case LuaType.string:
        return this.#string();
      case LuaType.table:
        return this.#table();
      case LuaType.lightUserdata:
        this.#out.ascii('null');
        return true;
      case LuaType.function:
        return this.#refuse('is a function, which JSON has no form for');
      case LuaType.thread:
        return this.#refuse('is a coroutine, which JSON has no form for');
      default:
        return this.#refuse('is a userdata, which JSON has no form for');
    }
  }

  #number(): void {
    const { api } = this.#machine;
    const number = api.lua_tonumberx(this.#L, -1, 0);
    if (api.lua_isinteger(this.#L, -1) === 1) {
      if (number <= LARGEST_SAFE && number >= -LARGEST_SAFE) this.#out.integer(number);
      else this.#out.ascii(String(api.lua_tointegerx(this.#L, -1, 0)));
    } else if (Number.isFinite(number)) {
      this.#out.ascii(formatFloat(number));
    } else {
      this.#noteNotFinite();
      this.#out.ascii('null');
    }
  }

  #string(): boolean {
    const pointer = this.#machine.api.lua_tolstring(this.#L, -1, this.#machine.size);
    const length = this.#machine.word(this.#machine.size);
    if (this.#out.length + length > this.#limit) return this.#tooLarge(this.#out.length + length + 2);
    if (this.#out.quoted(this.#machine.bytes, pointer, length)) {
      if (!isUtf8(this.#machine.bytes.subarray(pointer, pointer + length)))
        return this.#refuse('is a string that is not valid UTF-8');
    }
    return true;
  }

  #table(): boolean {
    const { api } = this.#machine;
    const L = this.#L;
    const depth = this.#open.length;
    if (depth >= MAX_DEPTH) return this.#refuse(`is nested deeper than ${MAX_DEPTH} levels`);
    const address = api.lua_topointer(L, -1);
    if (this.#open.includes(address)) return this.#refuse('contains itself, which JSON has no form for');
    if (api.lua_checkstack(L, 6) === 0) throw new Aborted('the Lua stack is full');
    if (this.#out.length > this.#limit) return this.#tooLarge(this.#out.length);
    this.#open.push(address);
    this.#indices.push(0);
    this.#keyStarts.push(0);
    this.#keyEnds.push(0);
    const done = this.#members();
    if (!done) return false;
    this.#open.pop();
    this.#indices.pop();
    this.#keyStarts.pop();
    this.#keyEnds.pop();
    return true;
  }

  /** Begins as an array for as long as the keys come as 1, 2, 3 …, which they nearly always do in an array. */
  #members(): boolean {
    const { api } = this.#machine;
    const L = this.#L;
    const start = this.#out.length;
    api.lua_pushnil(L);
    if (api.lua_next(L, -2) === 0) {
      this.#out.ascii(this.#isMarkedArray() ? '[]' : '{}');
      return true;
    }
    let index = 0;
    let more = 1;
    while (more === 1) {
      if (api.lua_isinteger(L, -2) === 0 || api.lua_tonumberx(L, -2, 0) !== index + 1) break;
      index += 1;
      this.#indices[this.#indices.length - 1] = index;
      this.#out.byte(index === 1 ? 0x5b : 0x2c);
      if (!this.#value()) return false;
      this.#machine.pop(L, 1);
      more = api.lua_next(L, -2);
    }
    if (more === 0) {
      this.#out.byte(0x5d);
      return true;
    }
    this.#machine.pop(L, 2);
    this.#out.length = start;
    const largest = this.#largestIndex();
    return largest > 0 ? this.#sparseArray(largest) : this.#object();
  }

  /** The largest key if all keys are positive integers, else 0. */
  #largestIndex(): number {
    const { api } = this.#machine;
    const L = this.#L;
    let largest = 0;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) === 1) {
      this.#machine.pop(L, 1);
      const key = api.lua_isinteger(L, -1) === 1 ? api.lua_tonumberx(L, -1, 0) : 0;
      if (key <= 0) {
        this.#machine.pop(L, 1);
        return 0;
      }
      largest = Math.max(largest, key);
    }
    return largest;
  }

  #sparseArray(largest: number): boolean {
    // "null," for each hole: what cannot fit is refused before it is written.
    const least = this.#out.length + largest * 2;
    if (least > this.#limit) return this.#tooLarge(least);
    const { api } = this.#machine;
    for (let index = 1; index <= largest; index++) {
      this.#indices[this.#indices.length - 1] = index;
      this.#out.byte(index === 1 ? 0x5b : 0x2c);
      api.lua_rawgeti(this.#L, -1, BigInt(index));
      if (!this.#value()) return false;
      this.#machine.pop(this.#L, 1);
    }
    this.#out.byte(0x5d);
    return true;
  }

  #object(): boolean {
    const { api } = this.#machine;
    const L = this.#L;
    const keys = this.#keys;
    const keysBase = keys.length;
    const out = this.#out;
    const last = this.#indices.length - 1;
    this.#indices[last] = -1;
    out.byte(0x7b);
    /** Per member: where its raw key begins in `keys` and its text in `out`. */
    const keyStarts: number[] = [];
    const starts: number[] = [];
    let sorted = true;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) === 1) {
      const keyStart = keys.length;
      this.#keyStarts[last] = keyStart;
      if (keyStarts.length > 0) out.byte(0x2c);
      starts.push(out.length);
      if (!this.#key()) return false;
      if (sorted && keyStarts.length > 0)
        sorted = keys.compare(keyStarts[keyStarts.length - 1]!, keyStart, keyStart, keys.length) < 0;
      keyStarts.push(keyStart);
      out.byte(0x3a);
      const keysEnd = keys.length;
      this.#keyEnds[last] = keysEnd;
      if (!this.#value()) return false;
      keys.length = keysEnd;
      this.#machine.pop(L, 1);
    }
    if (!sorted && !this.#sort(starts, keyStarts)) return false;
    keys.length = keysBase;
    out.byte(0x7d);
    return true;
  }

  /** Writes the key under the value on top, as a string, and keeps its raw bytes. */
  #key(): boolean {
    const { api } = this.#machine;
    const L = this.#L;
    const keys = this.#keys;
    const start = keys.length;
    const type = api.lua_type(L, -2);
    if (type === LuaType.string) {
      const pointer = api.lua_tolstring(L, -2, this.#machine.size);
      const length = this.#machine.word(this.#machine.size);
      keys.copy(this.#machine.bytes, pointer, length);
    } else if (type === LuaType.number) {
      const number = api.lua_tonumberx(L, -2, 0);
      keys.ascii(api.lua_isinteger(L, -2) === 1 ? String(api.lua_tointegerx(L, -2, 0)) : formatFloat(number));
    } else {
      const what = type === LuaType.boolean ? 'boolean' : type === LuaType.table ? 'table' : 'function or userdata';
      return this.#refuseTable(`has a ${what} as a key, which JSON has no form for; keys are strings or numbers`);
    }
    if (this.#out.quoted(keys.bytes, start, keys.length - start) && !isUtf8(keys.bytes.subarray(start, keys.length)))
      return this.#refuseTable('has a key that is not valid UTF-8');
    return true;
  }

  /** Puts the members, which end at the buffer's end, into the order of their keys. */
  #sort(starts: readonly number[], keyStarts: readonly number[]): boolean {
    const keys = this.#keys;
    const end = this.#out.length;
    const keyEnd = (i: number): number => keyStarts[i + 1] ?? keys.length;
    const order = starts.map((_, i) => i);
    order.sort((a, b) => keys.compare(keyStarts[a]!, keyEnd(a), keyStarts[b]!, keyEnd(b)));
    for (let i = 1; i < order.length; i++) {
      const a = order[i - 1]!;
      const b = order[i]!;
      if (keys.compare(keyStarts[a]!, keyEnd(a), keyStarts[b]!, keyEnd(b)) !== 0) continue;
      return this.#refuseTable(`has the key ${keys.text(keyStarts[a]!, keyEnd(a))} both as a number and as a string`);
    }
    const ends = starts.map((_, i) => (i + 1 < starts.length ? starts[i + 1]! - 1 : end));
    this.#out.reorder(starts[0]!, starts, ends, order);
    return true;
  }

  #isMarkedArray(): boolean {
    const { api } = this.#machine;
    if (api.lua_getmetatable(this.#L, -1) === 0) return false;
    api.lua_rawgetp(this.#L, REGISTRY, this.#machine.arrayMark);
    const marked = api.lua_rawequal(this.#L, -1, -2) === 1;
    this.#machine.pop(this.#L, 2);
    return marked;
  }

  #tooLarge(bytes: number): false {
    this.#failure = { kind: 'too-large', bytes };
    return false;
  }

  #refuse(what: string): false {
    this.#failure = { kind: 'invalid', message: `${this.#pathText(this.#place())} ${what}` };
    return false;
  }

  /** About the innermost open table itself. */
  #refuseTable(what: string): false {
    this.#indices.pop();
    return this.#refuse(what);
  }

  /** Tables come in no order, and the first place is the first of the text. */
  #noteNotFinite(): void {
    const here = this.#place();
    if (this.#notFinite === undefined || comparePlaces(here, this.#notFinite) < 0) this.#notFinite = here;
  }

  #place(): Place {
    const keyAt = (i: number): string => this.#keys.text(this.#keyStarts[i]!, this.#keyEnds[i]!);
    return this.#indices.map((index, i) => (index > 0 ? index : keyAt(i)));
  }

  #pathText(place: Place): string {
    return place.reduce<string>((path, part) => {
      if (typeof part === 'number') return `${path}[${part}]`;
      return /^[A-Za-z_]\w*$/.test(part) ? `${path}.${part}` : `${path}[${JSON.stringify(part)}]`;
    }, this.#root);
  }
}

/** The way to a value: keys, and indices counted from 1. */
type Place = readonly (string | number)[];

function comparePlaces(a: Place, b: Place): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x !== y) return typeof x === 'number' ? x - Number(y) : compareKeys(x, String(y));
  }
  return a.length - b.length;
}
