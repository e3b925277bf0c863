/** `require` for Lua files inside the workflow's folder. */
import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import fengari, { type LuaState } from 'fengari';
import { readTextFile } from '../text-file.ts';
import { type Sandbox, setGlobal } from './sandbox.ts';

const { lua, lauxlib, to_luastring: bytes } = fengari;
const LARGEST_MODULE = 1024 ** 2;
const NAME = /^\w[\w-]*([./]\w[\w-]*)*$/;

export function installRequire({ L, places }: Sandbox, directory: string): void {
  const loading = new Set<string>();
  setGlobal(L, 'require', (state) => {
    const name = lua.lua_type(state, 1) === lua.LUA_TSTRING ? Buffer.from(lua.lua_tostring(state, 1)!).toString() : '';
    if (!NAME.test(name)) {
      return raise(state, `require takes the name of a Lua file in the workflow's folder, such as "lib.steps"`);
    }
    const key = name.replaceAll('.', '/');
    const slot = bytes(`hwfe module ${key}`);
    lua.lua_getfield(state, lua.LUA_REGISTRYINDEX, slot);
    if (!lua.lua_isnil(state, -1)) return 1;
    lua.lua_pop(state, 1);
    if (loading.has(key)) return raise(state, `"${name}" requires itself in a circle`);

    const found = locate(directory, key);
    if (typeof found === 'string') return raise(state, `require cannot load "${name}": ${found}`);
    const chunk = bytes(places.addModule(found.path));
    const text = bytes(found.text);
    if (lauxlib.luaL_loadbufferx(state, text, text.length, chunk, bytes('t')) !== lua.LUA_OK) {
      return raise(state, Buffer.from(lua.lua_tostring(state, -1)!).toString());
    }
    loading.add(key);
    lua.lua_pushvalue(state, 1);
    lua.lua_call(state, 1, 1);
    loading.delete(key);
    if (lua.lua_isnil(state, -1)) {
      lua.lua_pop(state, 1);
      lua.lua_pushboolean(state, true);
    }
    lua.lua_pushvalue(state, -1);
    lua.lua_setfield(state, lua.LUA_REGISTRYINDEX, slot);
    return 1;
  });
}

interface Found {
  /** Relative to the workflow's folder. */
  readonly path: string;
  readonly text: string;
}

/** The file, or why there is none. */
function locate(directory: string, key: string): Found | string {
  const root = realpath(directory);
  for (const path of [`${key}.lua`, join(key, 'init.lua')]) {
    const real = realpath(join(directory, path));
    if (real === undefined) continue;
    if (root === undefined || !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      return `${path} leads out of the workflow's folder`;
    }
    const read = readTextFile(real, LARGEST_MODULE);
    return read.ok ? { path, text: read.value } : `${path} ${read.error.is}`;
  }
  return `there is neither ${key}.lua nor ${key}/init.lua in the workflow's folder`;
}

function realpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function raise(L: LuaState, message: string): number {
  return lauxlib.luaL_error(L, bytes(message.replaceAll('%', '%%')));
}
