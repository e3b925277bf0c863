/** Canonical JSON text → a Lua value on top of the stack. */
import type { EncodedValue } from '../contract.ts';
import { kindAt } from '../kinds/find.ts';
import { REGISTRY, type State } from './api.ts';
import type { Kinds } from './kinds.ts';
import type { Machine } from './machine.ts';
import { Aborted } from './libc.ts';

const QUOTE = 0x22;
const DOLLAR = 0x24;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
const OPEN_OBJECT = 0x7b;

/**
 * Pushes the value. The text must be canonical; a null inside an array is `json.null`, elsewhere nil. Integers of more than
 * 64 bits become floats; true if there were any. Without `kinds`, bytes, files and tables are plain tables.
 */
export function pushValue(machine: Machine, L: State, value: EncodedValue, kinds?: Kinds): boolean {
  const pointer = machine.copyIn(value);
  const reader = new Reader(machine, L, value, pointer, kinds);
  reader.push();
  machine.api.free(pointer);
  return reader.rounded;
}

/** Scans the host's copy of the text; strings and numbers are handed to Lua by their place in the wasm copy. */
class Reader {
  rounded = false;
  readonly #machine: Machine;
  readonly #L: State;
  readonly #text: Uint8Array;
  readonly #base: number;
  readonly #kinds: Kinds | undefined;
  #at = 0;
  /** Members of the object read last: in a list of records, a good guess at the size of the next. */
  #members = 0;

  constructor(machine: Machine, L: State, text: Uint8Array, base: number, kinds: Kinds | undefined) {
    this.#machine = machine;
    this.#L = L;
    this.#text = text;
    this.#base = base;
    this.#kinds = kinds;
  }

  push(): void {
    const { api } = this.#machine;
    switch (this.#text[this.#at]!) {
      case QUOTE:
        return this.#string();
      case OPEN_OBJECT:
        return this.#object();
      case OPEN_ARRAY:
        return this.#array();
      case 0x6e:
        this.#at += 4;
        return api.lua_pushnil(this.#L);
      case 0x74:
        this.#at += 4;
        return api.lua_pushboolean(this.#L, 1);
      case 0x66:
        this.#at += 5;
        return api.lua_pushboolean(this.#L, 0);
      default:
        return this.#number();
    }
  }

  #object(): void {
    const { api } = this.#machine;
    const L = this.#L;
    this.#room();
    const isKind = this.#kinds !== undefined && this.#text[this.#at + 2] === DOLLAR;
    const kind = isKind ? kindAt(this.#text, this.#at) : undefined;
    api.lua_createtable(L, 0, this.#text[this.#at + 1] === CLOSE_OBJECT ? 0 : this.#members);
    let members = 0;
    do {
      this.#at += 1;
      if (this.#text[this.#at] === CLOSE_OBJECT) break;
      this.#string();
      this.#at += 1;
      this.push();
      api.lua_rawset(L, -3);
      members += 1;
    } while (this.#text[this.#at] === COMMA);
    this.#at += 1;
    if (kind !== undefined) this.#kinds!.attach(L, kind);
    this.#members = Math.min(members, 64);
  }

  #array(): void {
    const { api } = this.#machine;
    const L = this.#L;
    const { nullMark, arrayMark } = this.#machine;
    this.#room();
    api.lua_createtable(L, 0, 0);
    api.lua_rawgetp(L, REGISTRY, arrayMark);
    api.lua_setmetatable(L, -2);
    let index = 0;
    do {
      this.#at += 1;
      if (this.#text[this.#at] === CLOSE_ARRAY) break;
      if (this.#text[this.#at] === 0x6e) {
        this.#at += 4;
        api.lua_pushlightuserdata(L, nullMark);
      } else {
        this.push();
      }
      index += 1;
      api.lua_rawseti(L, -2, BigInt(index));
    } while (this.#text[this.#at] === COMMA);
    this.#at += 1;
  }

  #string(): void {
    const text = this.#text;
    const start = this.#at + 1;
    let at = start;
    let byte = text[at];
    while (byte !== QUOTE && byte !== BACKSLASH) byte = text[++at];
    if (byte === QUOTE) {
      this.#at = at + 1;
      this.#machine.api.lua_pushlstring(this.#L, this.#base + start, at - start);
    } else {
      this.#escaped(start, at);
    }
  }

  /** Unescapes in place, in the wasm copy, which is never read again. */
  #escaped(start: number, firstEscape: number): void {
    const text = this.#text;
    const { bytes } = this.#machine;
    let at = firstEscape;
    let to = this.#base + firstEscape;
    for (let byte = text[at]!; byte !== QUOTE; byte = text[at]!) {
      if (byte !== BACKSLASH) {
        bytes[to++] = byte;
        at += 1;
      } else if (text[at + 1] === 0x75) {
        // Canonical text writes only control characters so.
        bytes[to++] = Number.parseInt(String.fromCharCode(...text.subarray(at + 2, at + 6)), 16);
        at += 6;
      } else {
        bytes[to++] = unescaped(text[at + 1]!);
        at += 2;
      }
    }
    this.#at = at + 1;
    const first = this.#base + start;
    this.#machine.api.lua_pushlstring(this.#L, first, to - first);
  }

  /** Lua reads the digits itself; what follows them is scanned already, so that its first byte may become their end. */
  #number(): void {
    const { api, bytes } = this.#machine;
    const start = this.#at;
    let at = start;
    let digitsOnly = true;
    for (;;) {
      const byte = this.#text[at];
      if (byte === undefined || byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) break;
      if (byte === 0x2e || byte === 0x65) digitsOnly = false;
      at += 1;
    }
    this.#at = at;
    bytes[this.#base + at] = 0;
    api.lua_stringtonumber(this.#L, this.#base + start);
    if (digitsOnly && at - start > 18 && api.lua_isinteger(this.#L, -1) === 0) this.rounded = true;
  }

  #room(): void {
    if (this.#machine.api.lua_checkstack(this.#L, 4) === 0) throw new Aborted('the Lua stack is full');
  }
}

/** What the letter after a backslash stands for. */
function unescaped(letter: number): number {
  switch (letter) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return letter;
  }
}
