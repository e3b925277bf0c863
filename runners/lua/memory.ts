/** The shared memory of a workflow in embedded Lua: made known to the states of steps that have a part in it. */
import type { StepMemory } from '../memory/step-memory.ts';
import { LuaType, type State, Status } from './api.ts';
import { pushValue } from './decode.ts';
import { takeValue } from './encode.ts';
import type { Kinds } from './kinds.ts';
import type { Machine } from './machine.ts';
import { Aborted } from './libc.ts';

/** Bytes of one value: more fits into no shared memory. */
const LONGEST_VALUE = 2 ** 28;

/** `share(act, key, value, expected)` gives a value and its text; what is expected is a text for "swap", a value for "compare". */
const SOURCE = `
local share = ...
local type, error = type, error
local function named(name, key)
  if type(key) ~= "string" then error("memory." .. name .. " takes a key as a string, not a " .. type(key), 3) end
  return key
end
memory = {
  get = function(key, default)
    local value = share("get", named("get", key))
    if value == nil then return default end
    return value
  end,
  set = function(key, value) share("set", named("set", key), value) end,
  append = function(key, value) return (share("append", named("append", key), value)) end,
  delete = function(key) return (share("delete", named("delete", key))) end,
  keys = function() return (share("keys", "")) end,
  compare_and_set = function(key, expected, value)
    return (share("compare", named("compare_and_set", key), value, expected))
  end,
  update = function(key, change)
    named("update", key)
    if type(change) ~= "function" then error("memory.update takes a function of the value that is there", 2) end
    while true do
      local value, text = share("get", key)
      local changed = change(value)
      if share("swap", key, changed, text) then return changed end
    end
  end,
}
`;

export class SharedMemory {
  /** Of the step that runs now. */
  memory: StepMemory | undefined;
  readonly #machine: Machine;
  readonly #kinds: Kinds;
  #call: { readonly text: number; readonly size: number; readonly share: number } | undefined;

  constructor(machine: Machine, kinds: Kinds) {
    this.#machine = machine;
    this.#kinds = kinds;
  }

  /** Sets the global `memory`. */
  install(L: State): void {
    const machine = this.#machine;
    const { api } = machine;
    this.#call ??= {
      text: machine.name(SOURCE),
      size: Buffer.byteLength(SOURCE),
      share: machine.register((state) => this.#share(state)),
    };
    const { text, size, share } = this.#call;
    if (api.luaL_loadbufferx(L, text, size, machine.name('=hwfe'), machine.name('t')) !== Status.ok)
      throw new Aborted('the shared memory does not load');
    api.lua_pushcclosure(L, share, 0);
    if (api.lua_pcallk(L, 1, 0, 0, 0, 0) !== Status.ok) throw new Aborted('the shared memory does not load');
  }

  #share(L: State): number {
    const machine = this.#machine;
    machine.api.lua_settop(L, 4);
    const asked = machine.string(L, 1);
    const key = machine.string(L, 2);
    const takes = asked === 'set' || asked === 'append' || asked === 'swap' || asked === 'compare';
    const value = takes ? this.#textOf(L, 3) : undefined;
    if (typeof value === 'string') return this.#raise(L, value);
    const expected = asked === 'swap' ? this.#copyOf(L, 4) : asked === 'compare' ? this.#textOf(L, 4) : undefined;
    if (typeof expected === 'string') return this.#raise(L, expected);
    const answer = this.memory!.do(asked === 'compare' ? 'swap' : asked, key, value, expected);
    if (!answer.ok) return this.#raise(L, answer.message);
    if (answer.text === undefined) return 0;
    pushValue(machine, L, answer.text, this.#kinds);
    const pointer = machine.copyIn(answer.text);
    machine.api.lua_pushlstring(L, pointer, answer.text.length);
    machine.api.free(pointer);
    return 2;
  }

  /** JSON of the value at an index, or why it has no form. */
  #textOf(L: State, index: number): Uint8Array | string {
    const machine = this.#machine;
    machine.api.lua_pushvalue(L, index);
    const encoded = takeValue(machine, L, LONGEST_VALUE, 'the value');
    machine.pop(L, 1);
    if (encoded.kind === 'value') return encoded.value;
    return encoded.kind === 'invalid' ? encoded.message : 'the value is too large';
  }

  #copyOf(L: State, index: number): Uint8Array {
    const machine = this.#machine;
    if (machine.api.lua_type(L, index) !== LuaType.string) return new Uint8Array();
    const pointer = machine.api.lua_tolstring(L, index, machine.size);
    return machine.bytes.slice(pointer, pointer + machine.word(machine.size));
  }

  #raise(L: State, message: string): number {
    this.#machine.pushString(L, `memory: ${message}`);
    return this.#machine.api.lua_error(L);
  }
}
