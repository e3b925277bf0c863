/** Lua values become plain ones, without ever calling into the Lua code again. */
import fengari, { type LuaState } from 'fengari';
import { DEEPEST, type Oddity } from '../document.ts';
import type { WireValue } from './wire.ts';

const { lua } = fengari;
/** More than a file can compute in its time, shared tables aside. */
const MOST_VALUES = 500_000;

/** Reads the value on top of the stack and leaves it there. */
export function toWire(L: LuaState): WireValue {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const finished = new Map<object, WireValue>();
  const open = new Set<object>();
  let values = 0;
  return read();

  function read(): WireValue {
    values += 1;
    if (values > MOST_VALUES) return { odd: 'too-many' };
    switch (lua.lua_type(L, -1)) {
      case lua.LUA_TBOOLEAN:
        return lua.lua_toboolean(L, -1);
      case lua.LUA_TNUMBER: {
        const value = lua.lua_tonumber(L, -1);
        // The sum turns -0 into 0.
        return Number.isFinite(value) ? value + 0 : { odd: 'not-a-number' };
      }
      case lua.LUA_TSTRING:
        return text() ?? { odd: 'bad-text' };
      case lua.LUA_TTABLE:
        return table();
      case lua.LUA_TFUNCTION:
        return { odd: 'function' };
      case lua.LUA_TTHREAD:
        return { odd: 'coroutine' };
      default:
        return { odd: 'userdata' };
    }
  }

  function table(): WireValue {
    const identity = lua.lua_topointer(L, -1);
    const known = finished.get(identity);
    if (known !== undefined) return known;
    if (open.has(identity)) return { odd: 'cycle' };
    if (open.size >= DEEPEST) return { odd: 'too-deep' };
    open.add(identity);
    const value = entries();
    open.delete(identity);
    finished.set(identity, value);
    return value;
  }

  /** fengari walks a table in the order in which its keys were first set, which is the declared one. */
  function entries(): WireValue {
    const found = new Map<string, WireValue>();
    let oddity: Oddity | undefined;
    let integers = 0;
    let highest = 0;
    lua.lua_checkstack(L, 4);
    lua.lua_pushnil(L);
    while (lua.lua_next(L, -2) !== 0) {
      const value = read();
      lua.lua_pop(L, 1);
      const key = readKey();
      if (key === undefined) oddity ??= 'odd-key';
      else found.set(String(key), value);
      if (typeof key === 'number' && key >= 1) {
        integers += 1;
        highest = Math.max(highest, key);
      }
    }
    if (oddity !== undefined) return { odd: oddity };
    const isList = integers > 0 && integers === found.size && highest === integers;
    return isList ? Array.from(found, (_, index) => found.get(String(index + 1))!) : found;
  }

  function readKey(): string | number | undefined {
    const type = lua.lua_type(L, -1);
    if (type === lua.LUA_TSTRING) return text();
    return type === lua.LUA_TNUMBER && lua.lua_isinteger(L, -1) ? lua.lua_tonumber(L, -1) : undefined;
  }

  function text(): string | undefined {
    try {
      return utf8.decode(lua.lua_tostring(L, -1)!);
    } catch {
      return undefined;
    }
  }
}
