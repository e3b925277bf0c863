/** Which line of which file the interpreter is at. */
import fengari, { type LuaState } from 'fengari';
import type { LuaPlace } from './wire.ts';

const { lua, to_luastring: bytes } = fengari;
/** Short names, since Lua cuts long ones. */
const MAIN = 'main';
const MODULE = 'module ';
const DEEPEST_FRAME = 50;

/** The chunk's name for the interpreter; modules are numbered from 0. */
export function chunkName(module?: number): string {
  return module === undefined ? `=${MAIN}` : `=${MODULE}${module}`;
}

/** Modules in the order in which they were loaded; a thread evaluates one file. */
export const loadedModules: string[] = [];

/** The innermost frame that stands in a file. */
export function placeOf(L: LuaState): LuaPlace {
  for (let level = 0; level < DEEPEST_FRAME; level++) {
    const frame = new lua.lua_Debug();
    if (!lua.lua_getstack(L, level, frame)) break;
    lua.lua_getinfo(L, bytes('Sl'), frame);
    const source = Buffer.from(frame.short_src).toString().split('\0', 1)[0]!;
    const place = frame.currentline > 0 ? inFile(source, frame.currentline) : undefined;
    if (place !== undefined) return place;
  }
  return {};
}

/** Takes the place off the front of an error message, where Lua puts it. */
export function splitMessage(message: string): { readonly message: string; readonly place?: LuaPlace } {
  const match = /^(main|module \d+|load):(\d+): ([\s\S]*)$/.exec(message);
  if (match === null) return { message };
  const place = inFile(match[1]!, Number(match[2]));
  return place === undefined ? { message: match[3]! } : { message: match[3]!, place };
}

function inFile(source: string, line: number): LuaPlace | undefined {
  if (source === MAIN) return { line };
  const module = source.startsWith(MODULE) ? loadedModules[Number(source.slice(MODULE.length))] : undefined;
  return module === undefined ? undefined : { line, module };
}
