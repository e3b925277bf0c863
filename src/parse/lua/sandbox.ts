/** A Lua state that can compute a workflow and do nothing else. */
import fengari, { type LuaFunction, type LuaState } from 'fengari';
import { dateParts, formatDate } from './date.ts';
import { forbid, type Forbidden, FORBIDDEN_FUNCTIONS, FORBIDDEN_LIBRARIES } from './forbidden.ts';
import { LuaPlaces } from './lua-place.ts';
import type { Reach } from './wire.ts';

const { lua, lauxlib, lualib, to_luastring: bytes } = fengari;
const KEPT_OF_OS = ['time', 'clock', 'difftime'];
const MOST_REACHES = 5;
const MOST_LINES = 50;
const LONGEST_LINE = 500;

export interface Sandbox {
  readonly L: LuaState;
  readonly places: LuaPlaces;
  readonly reached: Reach[];
  readonly printed: string[];
}

export function createSandbox(): Sandbox {
  const L = lauxlib.luaL_newstate();
  const sandbox: Sandbox = { L, places: new LuaPlaces(), reached: [], printed: [] };
  open(L);
  const refuse = (state: LuaState, forbidden: Forbidden): number => {
    const { name, advice } = forbidden;
    if (sandbox.reached.length < MOST_REACHES) sandbox.reached.push({ name, advice, place: sandbox.places.of(state) });
    return lauxlib.luaL_error(state, bytes(`a workflow file cannot use ${name.replaceAll('%', '%%')}; ${advice}`));
  };
  keepHarmlessOf(L);
  for (const [library, advice] of FORBIDDEN_LIBRARIES) forbidLibrary(L, library, advice, refuse);
  for (const forbidden of FORBIDDEN_FUNCTIONS) forbid(L, forbidden, refuse);
  setGlobal(L, 'load', (state) => load(state, refuse));
  setGlobal(L, 'print', (state) => print(state, sandbox.printed));
  return sandbox;
}

export function setGlobal(L: LuaState, name: string, implementation: LuaFunction): void {
  lua.lua_pushcfunction(L, implementation);
  lua.lua_setglobal(L, bytes(name));
}

function open(L: LuaState): void {
  const libraries: readonly (readonly [string, LuaFunction])[] = [
    ['_G', lualib.luaopen_base],
    ['coroutine', lualib.luaopen_coroutine],
    ['table', lualib.luaopen_table],
    ['string', lualib.luaopen_string],
    ['math', lualib.luaopen_math],
    ['utf8', lualib.luaopen_utf8],
    ['os', lualib.luaopen_os],
  ];
  for (const [name, library] of libraries) {
    lauxlib.luaL_requiref(L, bytes(name), library, 1);
    lua.lua_pop(L, 1);
  }
}

/** Puts a new `os` in place of the library, with what only tells the time. */
function keepHarmlessOf(L: LuaState): void {
  lua.lua_newtable(L);
  lua.lua_getglobal(L, bytes('os'));
  for (const name of KEPT_OF_OS) {
    lua.lua_getfield(L, -1, bytes(name));
    lua.lua_setfield(L, -3, bytes(name));
  }
  lua.lua_pop(L, 1);
  lua.lua_pushcfunction(L, date);
  lua.lua_setfield(L, -2, bytes('date'));
  lua.lua_setglobal(L, bytes('os'));
}

/** `os.date`, since fengari's leaves the mark of UTC in the text and gives the local time. */
function date(L: LuaState): number {
  const [first, second] = [lua.lua_type(L, 1), lua.lua_type(L, 2)];
  const text = first === lua.LUA_TSTRING ? lua.lua_tostring(L, 1) : first > lua.LUA_TNIL ? null : bytes('%c');
  if (text === null) return lauxlib.luaL_error(L, bytes("bad argument #1 to 'date' (a text expected)"));
  const given = Buffer.from(text).toString('latin1');
  const seconds = second > lua.LUA_TNIL ? lua.lua_tonumber(L, 2) : Math.floor(Date.now() / 1000);
  if (second > lua.LUA_TNIL && (second !== lua.LUA_TNUMBER || !Number.isInteger(seconds)))
    return lauxlib.luaL_error(L, bytes("bad argument #2 to 'date' (a whole number of seconds expected)"));
  const isUtc = given.startsWith('!');
  const format = isUtc ? given.slice(1) : given;
  const tooFar = bytes("bad argument #2 to 'date' (no calendar reaches so far)");
  if (format.startsWith('*t')) {
    const parts = dateParts(seconds, isUtc);
    if (parts === undefined) return lauxlib.luaL_error(L, tooFar);
    lua.lua_newtable(L);
    for (const name of FIELDS_OF_DATE) {
      if (name === 'isdst') lua.lua_pushboolean(L, parts.isdst);
      else lua.lua_pushinteger(L, parts[name]);
      lua.lua_setfield(L, -2, bytes(name));
    }
    return 1;
  }
  const said = formatDate(format, seconds, isUtc);
  if (said === undefined) return lauxlib.luaL_error(L, tooFar);
  if ('wrong' in said) {
    const what = said.wrong.replaceAll('%', '%%');
    return lauxlib.luaL_error(L, bytes(`bad argument #1 to 'date' (invalid conversion specifier '${what}')`));
  }
  lua.lua_pushstring(L, Buffer.from(said.text, 'latin1'));
  return 1;
}

const FIELDS_OF_DATE = ['year', 'month', 'day', 'hour', 'min', 'sec', 'wday', 'yday', 'isdst'] as const;

/** A table every field of which is refused. */
function forbidLibrary(
  L: LuaState,
  library: string,
  advice: string,
  refuse: (L: LuaState, forbidden: Forbidden) => number,
): void {
  const reach: LuaFunction = (state) => {
    const key = lua.lua_type(state, 2) === lua.LUA_TSTRING ? Buffer.from(lua.lua_tostring(state, 2)!).toString() : '?';
    return refuse(state, { name: `${library}.${key}`, advice });
  };
  lua.lua_newtable(L);
  lua.lua_newtable(L);
  for (const event of ['__index', '__newindex']) {
    lua.lua_pushcfunction(L, reach);
    lua.lua_setfield(L, -2, bytes(event));
  }
  lua.lua_pushboolean(L, false);
  lua.lua_setfield(L, -2, bytes('__metatable'));
  lua.lua_setmetatable(L, -2);
  lua.lua_setglobal(L, bytes(library));
}

/** `load` of source text alone: bytecode is not checked by the interpreter and could do anything. */
function load(L: LuaState, refuse: (L: LuaState, forbidden: Forbidden) => number): number {
  if (lua.lua_type(L, 1) !== lua.LUA_TSTRING) return lauxlib.luaL_error(L, bytes('load takes Lua source as a text'));
  const text = lua.lua_tostring(L, 1)!;
  if (text[0] === 0x1b) return refuse(L, { name: 'load of bytecode', advice: 'load Lua source instead' });
  const hasEnvironment = lua.lua_gettop(L) >= 4;
  if (lauxlib.luaL_loadbufferx(L, text, text.length, bytes('=load'), bytes('t')) !== lua.LUA_OK) {
    lua.lua_pushnil(L);
    lua.lua_insert(L, -2);
    return 2;
  }
  if (hasEnvironment) {
    lua.lua_pushvalue(L, 4);
    lua.lua_setupvalue(L, -2, 1);
  }
  return 1;
}

function print(L: LuaState, printed: string[]): number {
  const words: string[] = [];
  for (let index = 1, count = lua.lua_gettop(L); index <= count; index++) {
    words.push(Buffer.from(lauxlib.luaL_tolstring(L, index)).toString());
    lua.lua_pop(L, 1);
  }
  if (printed.length < MOST_LINES) printed.push(words.join('\t').slice(0, LONGEST_LINE));
  return 0;
}
