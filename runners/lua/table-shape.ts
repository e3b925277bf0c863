/** Whether the Lua table on top of the stack is an array. */
import { REGISTRY, type State } from './api.ts';
import type { Machine } from './machine.ts';

/** The largest key if all keys are positive integers, else 0. */
export function largestIndex(machine: Machine, L: State): number {
  const { api } = machine;
  let largest = 0;
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) === 1) {
    machine.pop(L, 1);
    const key = api.lua_isinteger(L, -1) === 1 ? api.lua_tonumberx(L, -1, 0) : 0;
    if (key <= 0) {
      machine.pop(L, 1);
      return 0;
    }
    largest = Math.max(largest, key);
  }
  return largest;
}

/** Whether `json.array` made it, or it was an array where it came from: what tells `[]` from `{}`. */
export function isMarkedArray(machine: Machine, L: State): boolean {
  const { api } = machine;
  if (api.lua_getmetatable(L, -1) === 0) return false;
  api.lua_rawgetp(L, REGISTRY, machine.arrayMark);
  const marked = api.lua_rawequal(L, -1, -2) === 1;
  machine.pop(L, 2);
  return marked;
}
