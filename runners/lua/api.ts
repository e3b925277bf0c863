/** The part of Lua's C API that the runner calls, as the wasm build exports it. */

/** A `lua_State *`. */
export type State = number;

/** Names and order of arguments are those of the Lua 5.4 manual; pointers and sizes are numbers, `lua_Integer` is a BigInt. */
export interface LuaApi {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  __wasm_call_ctors(): void;
  emscripten_stack_init(): void;
  stackSave(): number;
  stackRestore(pointer: number): void;
  setThrew(value: number, type: number): void;
  malloc(size: number): number;
  free(pointer: number): void;

  luaL_newstate(): State;
  lua_close(L: State): void;
  lua_atpanic(L: State, f: number): number;
  luaL_requiref(L: State, name: number, open: number, global: number): void;
  luaL_loadbufferx(L: State, text: number, size: number, name: number, mode: number): number;
  luaL_traceback(L: State, of: State, message: number, level: number): void;
  luaL_tolstring(L: State, index: number, size: number): number;

  lua_absindex(L: State, index: number): number;
  lua_gettop(L: State): number;
  lua_settop(L: State, index: number): void;
  lua_pushvalue(L: State, index: number): void;
  lua_rotate(L: State, index: number, n: number): void;
  lua_checkstack(L: State, n: number): number;

  lua_type(L: State, index: number): number;
  lua_isinteger(L: State, index: number): number;
  lua_toboolean(L: State, index: number): number;
  lua_tonumberx(L: State, index: number, isNumber: number): number;
  lua_tointegerx(L: State, index: number, isInteger: number): bigint;
  lua_tolstring(L: State, index: number, size: number): number;
  lua_topointer(L: State, index: number): number;
  lua_rawequal(L: State, a: number, b: number): number;

  lua_pushnil(L: State): void;
  lua_pushboolean(L: State, b: number): void;
  lua_pushlstring(L: State, text: number, size: number): number;
  lua_pushlightuserdata(L: State, pointer: number): void;
  lua_pushcclosure(L: State, f: number, upvalues: number): void;
  lua_stringtonumber(L: State, text: number): number;

  lua_createtable(L: State, items: number, members: number): void;
  lua_rawget(L: State, index: number): number;
  lua_rawgeti(L: State, index: number, n: bigint): number;
  lua_rawset(L: State, index: number): void;
  lua_rawseti(L: State, index: number, n: bigint): void;
  lua_rawsetp(L: State, index: number, key: number): void;
  lua_rawgetp(L: State, index: number, key: number): number;
  lua_setglobal(L: State, name: number): void;
  lua_getmetatable(L: State, index: number): number;
  lua_setmetatable(L: State, index: number): number;
  lua_next(L: State, index: number): number;
  lua_pcallk(L: State, args: number, results: number, handler: number, context: number, k: number): number;
  lua_error(L: State): number;

  luaopen_base(L: State): number;
  luaopen_coroutine(L: State): number;
  luaopen_table(L: State): number;
  luaopen_string(L: State): number;
  luaopen_math(L: State): number;
  luaopen_utf8(L: State): number;
  luaopen_os(L: State): number;
}

export const REGISTRY = -1_001_000;
/** Where the registry has the table of globals. */
export const GLOBALS = 2n;
export const ANY_RESULTS = -1;

/** What `lua_type` answers. */
export const LuaType = {
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;

/** What `lua_pcallk` and `luaL_loadbufferx` answer. */
export const Status = { ok: 0, run: 2, syntax: 3, memory: 4, handler: 5 } as const;
