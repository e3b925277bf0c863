/** What Lua offers and a workflow file must not use, with what to do instead. */
import fengari, { type LuaState } from 'fengari';

const { lua, to_luastring: bytes } = fengari;

export interface Forbidden {
  /** Such as `os.execute`. */
  readonly name: string;
  readonly advice: string;
}

const RUN = 'the file only declares steps: run the command in a shell step, cmd = "…"';
const FILES = 'the file only declares steps: work with files inside a step';
const REQUIRE = 'use require("name") for a Lua file beside the workflow';
const NOTHING = 'leave it out';

export const FORBIDDEN_LIBRARIES: readonly (readonly [string, string])[] = [
  ['io', FILES],
  ['package', REQUIRE],
  ['debug', NOTHING],
];

export const FORBIDDEN_FUNCTIONS: readonly Forbidden[] = [
  { name: 'os.execute', advice: RUN },
  { name: 'os.exit', advice: NOTHING },
  { name: 'os.getenv', advice: 'give the step what it needs of the environment with "env" or "pass_env"' },
  { name: 'os.remove', advice: FILES },
  { name: 'os.rename', advice: FILES },
  { name: 'os.tmpname', advice: FILES },
  { name: 'os.setlocale', advice: NOTHING },
  { name: 'dofile', advice: REQUIRE },
  { name: 'loadfile', advice: REQUIRE },
  { name: 'collectgarbage', advice: NOTHING },
  { name: 'string.dump', advice: NOTHING },
];

/** Puts a function in its place that only refuses. */
export function forbid(L: LuaState, forbidden: Forbidden, refuse: (L: LuaState, forbidden: Forbidden) => number): void {
  const [library, name] = forbidden.name.includes('.') ? forbidden.name.split('.', 2) : ['_G', forbidden.name];
  lua.lua_getglobal(L, bytes(library!));
  lua.lua_pushcfunction(L, (state) => refuse(state, forbidden));
  lua.lua_setfield(L, -2, bytes(name!));
  lua.lua_pop(L, 1);
}
