/** Which line of which file the interpreter is at. */
import fengari, { type LuaState } from 'fengari';
import type { LuaPlace } from './wire.ts';

const { lua, to_luastring: bytes } = fengari;
/** Short names, since Lua cuts long ones. */
const MAIN = 'main';
const MODULE = 'module ';
const DEEPEST_FRAME = 50;

/** Knows the files that one evaluation has loaded. */
export class LuaPlaces {
  readonly #modules: string[] = [];

  /** The name under which the interpreter is to know the workflow file. */
  get main(): string {
    return `=${MAIN}`;
  }

  /** The same for a Lua module, whose `path` is relative to the workflow's folder. */
  addModule(path: string): string {
    return `=${MODULE}${this.#modules.push(path) - 1}`;
  }

  /** The innermost frame that stands in a file. */
  of(L: LuaState): LuaPlace {
    for (let level = 0; level < DEEPEST_FRAME; level++) {
      const frame = new lua.lua_Debug();
      if (!lua.lua_getstack(L, level, frame)) break;
      lua.lua_getinfo(L, bytes('Sl'), frame);
      const source = Buffer.from(frame.short_src).toString().split('\0', 1)[0]!;
      const place = frame.currentline > 0 ? this.#inFile(source, frame.currentline) : undefined;
      if (place !== undefined) return place;
    }
    return {};
  }

  /** Takes the place off the front of an error message, where Lua puts it. */
  split(message: string): { readonly message: string; readonly place?: LuaPlace } {
    const match = /^(main|module \d+|load):(\d+): ([\s\S]*)$/.exec(message);
    if (match === null) return { message };
    const place = this.#inFile(match[1]!, Number(match[2]));
    return place === undefined ? { message: match[3]! } : { message: match[3]!, place };
  }

  #inFile(source: string, line: number): LuaPlace | undefined {
    if (source === MAIN) return { line };
    const module = source.startsWith(MODULE) ? this.#modules[Number(source.slice(MODULE.length))] : undefined;
    return module === undefined ? undefined : { line, module };
  }
}
