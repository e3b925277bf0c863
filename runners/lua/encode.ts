/** The Lua value on top of the stack → canonical JSON text. */
import { isUtf8 } from 'node:buffer';
import type { EncodedValue } from '../contract.ts';
import { formatFloat, own } from '../value.ts';
import { LuaType, type State } from './api.ts';
import type { Machine } from './machine.ts';
import { Aborted } from './libc.ts';
import { MemberOrder } from './member-order.ts';
import { isMarkedArray, largestIndex } from './table-shape.ts';
import { TextBuffer } from './text-buffer.ts';
import { comparePlaces, type Place, placeText, Trail } from './trail.ts';

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
  readonly #trail = new Trail(this.#keys);
  readonly #order = new MemberOrder();
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
        : [
            `${placeText(this.#root, this.#notFinite)} is not a finite number, which JSON has no form for; it became null`,
          ];
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
        return this.#refuse('is a string that is not valid UTF-8; return hwfe.bytes(s)');
    }
    return true;
  }

  #table(): boolean {
    const { api } = this.#machine;
    const L = this.#L;
    if (this.#trail.depth >= MAX_DEPTH) return this.#refuse(`is nested deeper than ${MAX_DEPTH} levels`);
    const address = api.lua_topointer(L, -1);
    if (this.#trail.isOpen(address)) return this.#refuse('contains itself, which JSON has no form for');
    if (api.lua_checkstack(L, 6) === 0) throw new Aborted('the Lua stack is full');
    if (this.#out.length > this.#limit) return this.#tooLarge(this.#out.length);
    this.#trail.enter(address);
    if (!this.#members()) return false;
    this.#trail.leave();
    return true;
  }

  /** Begins as an array for as long as the keys come as 1, 2, 3 …, which they nearly always do in an array. */
  #members(): boolean {
    const { api } = this.#machine;
    const L = this.#L;
    const start = this.#out.length;
    api.lua_pushnil(L);
    if (api.lua_next(L, -2) === 0) {
      this.#out.ascii(isMarkedArray(this.#machine, L) ? '[]' : '{}');
      return true;
    }
    let index = 0;
    let more = 1;
    while (more === 1) {
      if (api.lua_isinteger(L, -2) === 0 || api.lua_tonumberx(L, -2, 0) !== index + 1) break;
      index += 1;
      this.#trail.atIndex(index);
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
    const largest = largestIndex(this.#machine, L);
    return largest > 0 ? this.#sparseArray(largest) : this.#object();
  }

  #sparseArray(largest: number): boolean {
    // "null," for each hole: what cannot fit is refused before it is written.
    const least = this.#out.length + largest * 2;
    if (least > this.#limit) return this.#tooLarge(least);
    const { api } = this.#machine;
    for (let index = 1; index <= largest; index++) {
      this.#trail.atIndex(index);
      this.#out.byte(index === 1 ? 0x5b : 0x2c);
      if (this.#out.length > this.#limit) return this.#tooLarge(this.#out.length);
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
    const out = this.#out;
    const keysBase = keys.length;
    /** Per member: where its raw key begins in `keys`, and its text in `out`. */
    const keyStarts: number[] = [];
    const starts: number[] = [];
    let isSorted = true;
    out.byte(0x7b);
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) === 1) {
      const keyStart = keys.length;
      if (starts.length > 0) out.byte(0x2c);
      starts.push(out.length);
      if (!this.#key()) return false;
      const keyEnd = keys.length;
      this.#trail.atKey(keyStart, keyEnd);
      if (isSorted && keyStarts.length > 0) isSorted = keys.compare(keyStarts.at(-1)!, keyStart, keyStart, keyEnd) < 0;
      keyStarts.push(keyStart);
      out.byte(0x3a);
      if (!this.#value()) return false;
      keys.length = keyEnd;
      this.#machine.pop(L, 1);
    }
    if (!isSorted) {
      const order = this.#order.of(keys, keyStarts);
      if (order.kind === 'doubled') {
        const key = keys.text(keyStarts[order.index]!, keyStarts[order.index + 1] ?? keys.length);
        return this.#refuseTable(`has the key ${key} both as a number and as a string`);
      }
      out.reorder(starts, order.indices);
    }
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
      if (this.#out.length + length > this.#limit) return this.#tooLarge(this.#out.length + length);
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

  #tooLarge(bytes: number): false {
    this.#failure = { kind: 'too-large', bytes };
    return false;
  }

  #refuse(what: string): false {
    this.#failure = { kind: 'invalid', message: `${placeText(this.#root, this.#trail.place())} ${what}` };
    return false;
  }

  /** About the innermost open table itself. */
  #refuseTable(what: string): false {
    this.#trail.leave();
    return this.#refuse(what);
  }

  /** Tables come in no order, and the first place is the first of the text. */
  #noteNotFinite(): void {
    const here = this.#trail.place();
    if (this.#notFinite === undefined || comparePlaces(here, this.#notFinite) < 0) this.#notFinite = here;
  }
}
