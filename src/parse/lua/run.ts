/** Evaluates a Lua workflow file inside its thread. */
import fengari, { type LuaState } from 'fengari';
import { toWire } from './crossing.ts';
import { chunkName, placeOf, splitMessage } from './lua-place.ts';
import { MemoryExceeded, type MemoryGuard } from './memory-guard.ts';
import { installRequire } from './modules.ts';
import { createSandbox } from './sandbox.ts';
import type { Ending, Evaluation, EvaluationRequest, LuaPlace, WireValue } from './wire.ts';

const { lua, lauxlib, to_luastring: bytes } = fengari;
const INSTRUCTIONS_BETWEEN_LOOKS = 1000;

export function evaluate({ text, directory, deadline }: EvaluationRequest, guard: MemoryGuard): Evaluation {
  const { L, reached, printed } = createSandbox();
  installRequire(L, directory);
  const late = stopAt(L, deadline);
  let place: LuaPlace = {};
  lua.lua_atnativeerror(L, (state) => {
    const error = lua.lua_touserdata(state, 1);
    lua.lua_pushstring(state, bytes(error instanceof Error ? error.message : 'unknown error'));
    return 1;
  });
  lua.lua_pushcfunction(L, (state) => {
    place = placeOf(state);
    return 1;
  });
  const chunk = bytes(text);
  const loaded = lauxlib.luaL_loadbufferx(L, chunk, chunk.length, bytes(chunkName()), bytes('t')) === lua.LUA_OK;
  const succeeded = loaded && lua.lua_pcall(L, 0, 1, 1) === lua.LUA_OK;
  return { ended: ending(), reached, printed };

  function ending(): Ending {
    if (late.at !== undefined) return { kind: 'timeout', place: late.at };
    if (guard.exceeded || (guard.refused && !succeeded)) return { kind: 'memory', place };
    if (!succeeded) return raised(L, place);
    try {
      const value = handedOver(L);
      return { kind: 'value', ...(value !== undefined && { value }) };
    } catch (error) {
      if (error instanceof MemoryExceeded) return { kind: 'memory', place };
      throw error;
    }
  }
}

/** The hook can be dodged by a determined file; ending the thread is what the host relies on. */
function stopAt(L: LuaState, deadline: number): { at?: LuaPlace } {
  const late: { at?: LuaPlace } = {};
  const look = (state: LuaState): void => {
    if (Date.now() < deadline) return;
    late.at ??= placeOf(state);
    lua.lua_sethook(state, look, lua.LUA_MASKCOUNT, 1);
    lauxlib.luaL_error(state, bytes('the workflow file takes too long'));
  };
  lua.lua_sethook(L, look, lua.LUA_MASKCOUNT, INSTRUCTIONS_BETWEEN_LOOKS);
  return late;
}

function raised(L: LuaState, place: LuaPlace): Ending {
  const type = lua.lua_type(L, -1);
  const isText = type === lua.LUA_TSTRING || type === lua.LUA_TNUMBER;
  const full = isText ? Buffer.from(lua.lua_tostring(L, -1)!).toString() : 'it raised a value that is no text';
  const split = splitMessage(full);
  return { kind: 'error', message: split.message, place: split.place ?? place };
}

/** The table that the file returned, else its global `workflow`. */
function handedOver(L: LuaState): WireValue | undefined {
  if (lua.lua_type(L, -1) === lua.LUA_TTABLE) return toWire(L);
  lua.lua_getglobal(L, bytes('workflow'));
  return lua.lua_isnil(L, -1) ? undefined : toWire(L);
}
