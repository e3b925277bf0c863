/** Evaluates a Lua workflow file inside its thread. */
import fengari, { type LuaState } from 'fengari';
import { toWire } from './crossing.ts';
import type { LuaPlaces } from './lua-place.ts';
import type { MemoryGuard } from './memory-guard.ts';
import { installRequire } from './modules.ts';
import { createSandbox } from './sandbox.ts';
import type { Ending, Evaluation, EvaluationRequest, LuaPlace, WireValue } from './wire.ts';

const { lua, lauxlib, to_luastring: bytes } = fengari;
const INSTRUCTIONS_BETWEEN_LOOKS = 1000;

export function evaluate({ text, directory, global, deadline }: EvaluationRequest, guard: MemoryGuard): Evaluation {
  const sandbox = createSandbox();
  const { L, places, reached, printed } = sandbox;
  installRequire(sandbox, directory);
  const late = stopAt(L, deadline, places);
  let place: LuaPlace = {};
  lua.lua_atnativeerror(L, (state) => {
    const error = lua.lua_touserdata(state, 1);
    lua.lua_pushstring(state, bytes(error instanceof Error ? error.message : 'unknown error'));
    return 1;
  });
  lua.lua_pushcfunction(L, (state) => {
    place = places.of(state);
    return 1;
  });
  const chunk = bytes(text);
  return { ended: ending(), reached, printed };

  function ending(): Ending {
    try {
      const loaded = lauxlib.luaL_loadbufferx(L, chunk, chunk.length, bytes(places.main), bytes('t')) === lua.LUA_OK;
      return look(loaded && lua.lua_pcall(L, 0, 1, 1) === lua.LUA_OK);
    } catch (error) {
      // The interpreter, or the reading of what it left, ran out of memory or stack.
      if (error instanceof RangeError) return { kind: 'memory', place };
      throw error;
    }
  }

  function look(succeeded: boolean): Ending {
    if (late.at !== undefined) return { kind: 'timeout', place: late.at };
    if (guard.exceeded || (guard.refused && !succeeded)) return { kind: 'memory', place };
    if (!succeeded) return raised(L, place, places);
    const value = handedOver(L, global);
    return { kind: 'value', ...(value !== undefined && { value }) };
  }
}

/** The hook can be dodged by a determined file; ending the thread is what the host relies on. */
function stopAt(L: LuaState, deadline: number, places: LuaPlaces): { at?: LuaPlace } {
  const late: { at?: LuaPlace } = {};
  const look = (state: LuaState): void => {
    if (Date.now() < deadline) return;
    late.at ??= places.of(state);
    lua.lua_sethook(state, look, lua.LUA_MASKCOUNT, 1);
    lauxlib.luaL_error(state, bytes('the workflow file takes too long'));
  };
  lua.lua_sethook(L, look, lua.LUA_MASKCOUNT, INSTRUCTIONS_BETWEEN_LOOKS);
  return late;
}

function raised(L: LuaState, place: LuaPlace, places: LuaPlaces): Ending {
  const type = lua.lua_type(L, -1);
  const isText = type === lua.LUA_TSTRING || type === lua.LUA_TNUMBER;
  const full = isText ? Buffer.from(lua.lua_tostring(L, -1)!).toString() : 'it raised a value that is no text';
  const split = places.split(full);
  return { kind: 'error', message: split.message, place: split.place ?? place };
}

/** The table that the file returned, else its global. */
function handedOver(L: LuaState, global: string): WireValue | undefined {
  if (lua.lua_type(L, -1) === lua.LUA_TTABLE) return toWire(L);
  lua.lua_getglobal(L, bytes(global));
  return lua.lua_isnil(L, -1) ? undefined : toWire(L);
}
