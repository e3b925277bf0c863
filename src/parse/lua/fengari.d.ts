/** The part of fengari that evaluates workflow files. */
declare module 'fengari' {
  /** Strings are bytes. */
  export type LuaString = Uint8Array;
  export interface LuaState {
    readonly __luaState: unique symbol;
  }
  export type LuaFunction = (L: LuaState) => number;
  export class lua_Debug {
    currentline: number;
    short_src: LuaString;
  }
  interface Lua {
    readonly LUA_OK: 0;
    readonly LUA_MASKCOUNT: number;
    readonly LUA_TNIL: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TTABLE: number;
    readonly LUA_TFUNCTION: number;
    readonly LUA_TTHREAD: number;
    readonly LUA_REGISTRYINDEX: number;
    readonly lua_Debug: typeof lua_Debug;
    lua_atnativeerror(L: LuaState, handler: LuaFunction): void;
    lua_absindex(L: LuaState, index: number): number;
    lua_call(L: LuaState, args: number, results: number): void;
    lua_checkstack(L: LuaState, slots: number): boolean;
    lua_getfield(L: LuaState, index: number, key: LuaString): number;
    lua_getglobal(L: LuaState, name: LuaString): number;
    lua_getinfo(L: LuaState, what: LuaString, into: lua_Debug): number;
    lua_getstack(L: LuaState, level: number, into: lua_Debug): number;
    lua_gettop(L: LuaState): number;
    lua_insert(L: LuaState, index: number): void;
    lua_isinteger(L: LuaState, index: number): boolean;
    lua_isnil(L: LuaState, index: number): boolean;
    lua_next(L: LuaState, index: number): number;
    lua_newtable(L: LuaState): void;
    lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
    lua_pop(L: LuaState, count: number): void;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushcfunction(L: LuaState, f: LuaFunction): void;
    lua_pushinteger(L: LuaState, value: number): void;
    lua_pushnil(L: LuaState): void;
    lua_pushstring(L: LuaState, value: LuaString): void;
    lua_pushvalue(L: LuaState, index: number): void;
    lua_setfield(L: LuaState, index: number, key: LuaString): void;
    lua_setglobal(L: LuaState, name: LuaString): void;
    lua_sethook(L: LuaState, hook: (L: LuaState) => void, mask: number, count: number): void;
    lua_setmetatable(L: LuaState, index: number): void;
    lua_settop(L: LuaState, index: number): void;
    lua_setupvalue(L: LuaState, index: number, upvalue: number): LuaString | null;
    lua_toboolean(L: LuaState, index: number): boolean;
    lua_tonumber(L: LuaState, index: number): number;
    lua_topointer(L: LuaState, index: number): object;
    lua_touserdata(L: LuaState, index: number): unknown;
    lua_tostring(L: LuaState, index: number): LuaString | null;
    lua_type(L: LuaState, index: number): number;
  }
  interface LuaAuxiliary {
    luaL_newstate(): LuaState;
    luaL_error(L: LuaState, message: LuaString): never;
    luaL_loadbufferx(L: LuaState, chunk: LuaString, length: number | null, name: LuaString, mode: LuaString): number;
    luaL_requiref(L: LuaState, name: LuaString, open: LuaFunction, global: number): void;
    luaL_tolstring(L: LuaState, index: number): LuaString;
  }
  interface LuaLibraries {
    readonly luaopen_base: LuaFunction;
    readonly luaopen_coroutine: LuaFunction;
    readonly luaopen_math: LuaFunction;
    readonly luaopen_os: LuaFunction;
    readonly luaopen_string: LuaFunction;
    readonly luaopen_table: LuaFunction;
    readonly luaopen_utf8: LuaFunction;
  }
  const fengari: {
    readonly lua: Lua;
    readonly lauxlib: LuaAuxiliary;
    readonly lualib: LuaLibraries;
    readonly to_luastring: (text: string) => LuaString;
  };
  export type { Lua, LuaAuxiliary, LuaLibraries };
  export default fengari;
}
