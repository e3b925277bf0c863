/** One step's own Lua state: its libraries, its globals, and the way its errors come out. */
import type { RunnerContext } from '../contract.ts';
import { clockFor } from '../grants/clock.ts';
import { MACHINE_RANDOM, randomFor, type StepRandom } from '../grants/random.ts';
import { canonicalise } from '../value.ts';
import { ANY_RESULTS, GLOBALS, type LuaApi, LuaType, REGISTRY, type State, Status } from './api.ts';
import { pushValue } from './decode.ts';
import { takeValue } from './encode.ts';
import { Kinds } from './kinds.ts';
import type { Machine } from './machine.ts';
import { Aborted } from './libc.ts';
import { SharedMemory } from './memory.ts';
import { PRELUDE } from './prelude.ts';

/** Of the text that `json.encode` makes, in bytes: it is written in the host's memory first. */
const LONGEST_TEXT = 2 ** 28;

/** Of what is said about an error, in bytes. */
const LONGEST_MESSAGE = 65_536;

const LIBRARIES = [
  ['_G', 'luaopen_base'],
  ['coroutine', 'luaopen_coroutine'],
  ['table', 'luaopen_table'],
  ['string', 'luaopen_string'],
  ['math', 'luaopen_math'],
  ['utf8', 'luaopen_utf8'],
  ['os', 'luaopen_os'],
] as const satisfies readonly (readonly [string, keyof LuaApi])[];

/** Who the host functions of an instance speak to: the step that runs now. */
export interface Surroundings {
  print: RunnerContext['print'];
  env: Readonly<Record<string, string>>;
  random: StepRandom;
  /** Where the last error was raised. */
  traceback: string;
}

/** What an instance keeps between states: function pointers and the prelude's text. */
export class Host {
  readonly machine: Machine;
  readonly kinds: Kinds;
  readonly shared: SharedMemory;
  surroundings: Surroundings = { print: () => {}, env: {}, random: MACHINE_RANDOM, traceback: '' };
  readonly #openers: readonly { name: number; open: number }[];
  readonly #functions: readonly number[];
  readonly #handler: number;
  readonly #tostring: number;
  readonly #prelude: { text: number; size: number };

  constructor(machine: Machine) {
    this.machine = machine;
    machine.write = (text) => this.surroundings.print('stderr', text);
    this.kinds = new Kinds(machine);
    this.shared = new SharedMemory(machine, this.kinds);
    const { api } = machine;
    this.#openers = LIBRARIES.map(([name, open]) => ({ name: machine.name(name), open: machine.register(api[open]) }));
    this.#functions = [
      machine.register((L) => this.#print(L)),
      machine.register((L) => this.#getenv(L)),
      machine.register((L) => this.#encode(L)),
      machine.register((L) => this.#decode(L)),
      this.kinds.index,
    ];
    this.#handler = machine.register((L) => this.#keepTraceback(L));
    this.#tostring = machine.register((L) => {
      api.luaL_tolstring(L, 1, 0);
      return 1;
    });
    this.#prelude = { text: machine.name(PRELUDE), size: Buffer.byteLength(PRELUDE) };
  }

  /** One whose machine can be put back to what it is now, so that every step begins with the same memory. */
  static renewable(machine: Machine): Host {
    const host = new Host(machine);
    // What is made when it is first needed lies where it lies from here on, the same in every process.
    machine.clock = clockFor({ kind: 'frozen', at: 0 });
    host.surroundings.random = randomFor({ kind: 'seeded', seed: new Uint8Array(32) });
    machine.api.lua_close(host.open());
    machine.keep();
    return host;
  }

  /** A fresh state with everything in place but the step's inputs. */
  open(): State {
    const { machine } = this;
    const { api } = machine;
    const L = api.luaL_newstate();
    if (L === 0) throw new Aborted('no room for a state');
    api.lua_atpanic(L, 0);
    for (const { name, open } of this.#openers) api.luaL_requiref(L, name, open, 1);
    api.lua_settop(L, 0);
    if (
      api.luaL_loadbufferx(L, this.#prelude.text, this.#prelude.size, machine.name('=hwfe'), machine.name('t')) !==
      Status.ok
    )
      throw new Error(`Internal error: the Lua prelude does not compile: ${machine.string(L, -1)}`);
    for (const pointer of this.#functions) api.lua_pushcclosure(L, pointer, 0);
    this.#pushNull(L);
    this.#pushArrayMetatable(L);
    const { random } = this.surroundings;
    this.#pushBytes(L, new Uint8Array(random.seed().buffer));
    this.#pushText(L, machine.clock.refused?.told);
    this.#pushText(L, random.refused?.told);
    if (this.call(L, this.#functions.length + 5, 0) !== Status.ok)
      throw new Error(`Internal error: the Lua prelude fails: ${machine.string(L, -1)}`);
    if (this.shared.memory !== undefined) this.shared.install(L);
    return L;
  }

  /** The global as it stands, past any metatable of `_G`, whose functions would run unprotected here. Gives its type. */
  pushGlobal(L: State, name: string): number {
    const { api } = this.machine;
    api.lua_rawgeti(L, REGISTRY, GLOBALS);
    this.machine.pushString(L, name);
    const type = api.lua_rawget(L, -2);
    api.lua_rotate(L, -2, -1);
    this.machine.pop(L, 1);
    return type;
  }

  /** A protected call; the traceback of an error is kept in the surroundings. */
  call(L: State, args: number, results: number): number {
    const { api } = this.machine;
    const handler = api.lua_gettop(L) - args;
    api.lua_pushcclosure(L, this.#handler, 0);
    api.lua_rotate(L, handler, 1);
    this.surroundings.traceback = '';
    const status = api.lua_pcallk(L, args, results, handler, 0, 0);
    // The handler still lies under the results or the error.
    api.lua_rotate(L, handler, -1);
    this.machine.pop(L, 1);
    return status;
  }

  /** Takes all results of the function below its arguments. */
  callForAll(L: State, args: number): { status: number; results: number } {
    const below = this.machine.api.lua_gettop(L) - args - 1;
    const status = this.call(L, args, ANY_RESULTS);
    return { status, results: this.machine.api.lua_gettop(L) - below };
  }

  /** What `tostring` makes of the value on top, which it may refuse. */
  textOf(L: State): string {
    const { api } = this.machine;
    const { traceback } = this.surroundings;
    api.lua_pushcclosure(L, this.#tostring, 0);
    api.lua_pushvalue(L, -2);
    const status = this.call(L, 1, 1);
    this.surroundings.traceback = traceback;
    return status === Status.ok ? this.machine.string(L, -1, LONGEST_MESSAGE) : 'the error value has no text';
  }

  #pushNull(L: State): void {
    const { api, nullMark } = this.machine;
    api.lua_pushlightuserdata(L, nullMark);
    api.lua_createtable(L, 0, 1);
    this.machine.pushString(L, '__name');
    this.machine.pushString(L, 'json.null');
    api.lua_rawset(L, -3);
    api.lua_setmetatable(L, -2);
  }

  #pushArrayMetatable(L: State): void {
    const { api, arrayMark } = this.machine;
    api.lua_createtable(L, 0, 0);
    api.lua_pushvalue(L, -1);
    api.lua_rawsetp(L, REGISTRY, arrayMark);
  }

  #pushBytes(L: State, bytes: Uint8Array): void {
    const pointer = this.machine.copyIn(bytes);
    this.machine.api.lua_pushlstring(L, pointer, bytes.length);
    this.machine.api.free(pointer);
  }

  #pushText(L: State, text: string | undefined): void {
    if (text === undefined) this.machine.api.lua_pushnil(L);
    else this.machine.pushString(L, text);
  }

  #print(L: State): number {
    const { api } = this.machine;
    const count = api.lua_gettop(L);
    const texts: string[] = [];
    for (let i = 1; i <= count; i++) {
      api.luaL_tolstring(L, i, 0);
      texts.push(this.machine.string(L, -1));
      this.machine.pop(L, 1);
    }
    this.surroundings.print('stdout', `${texts.join('\t')}\n`);
    return 0;
  }

  #getenv(L: State): number {
    const { env } = this.surroundings;
    const name = this.machine.api.lua_type(L, 1) === LuaType.string ? this.machine.string(L, 1, LONGEST_MESSAGE) : '';
    if (Object.hasOwn(env, name)) this.machine.pushString(L, env[name]!);
    else this.machine.api.lua_pushnil(L);
    return 1;
  }

  #encode(L: State): number {
    const { api } = this.machine;
    api.lua_settop(L, 1);
    const encoded = takeValue(this.machine, L, LONGEST_TEXT, 'the value');
    if (encoded.kind === 'invalid') return this.#raise(L, `json.encode: ${encoded.message}`);
    if (encoded.kind === 'too-large') return this.#raise(L, 'json.encode: the text is too large');
    const pointer = this.machine.copyIn(encoded.value);
    api.lua_pushlstring(L, pointer, encoded.value.length);
    api.free(pointer);
    return 1;
  }

  #decode(L: State): number {
    const { api } = this.machine;
    if (api.lua_type(L, 1) !== LuaType.string) return this.#raise(L, 'json.decode takes a string');
    const pointer = api.lua_tolstring(L, 1, this.machine.size);
    const length = this.machine.word(this.machine.size);
    const canonical = canonicalise(this.machine.bytes.subarray(pointer, pointer + length));
    if (!canonical.ok) return this.#raise(L, `json.decode: ${canonical.message}`);
    pushValue(this.machine, L, canonical.value);
    return 1;
  }

  #raise(L: State, message: string): number {
    this.machine.pushString(L, message);
    return this.machine.api.lua_error(L);
  }

  #keepTraceback(L: State): number {
    this.machine.api.luaL_traceback(L, L, 0, 1);
    this.surroundings.traceback = this.machine.string(L, -1, LONGEST_MESSAGE);
    this.machine.pop(L, 1);
    return 1;
  }
}
