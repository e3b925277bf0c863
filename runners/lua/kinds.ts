/** Bytes, files and tables of embedded Lua: made known to a state when its step first has or wants one. */
import type { BlockingNetwork } from '../grants/blocking-network.ts';
import { requestOf } from '../grants/fetch.ts';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { Kind } from '../kinds/find.ts';
import type { FileRefusal, FileValue, RunFiles } from '../kinds/run-files.ts';
import { LuaType, REGISTRY, type State, Status } from './api.ts';
import { LUA_KINDS } from './kinds-source.ts';
import type { Machine } from './machine.ts';
import { Aborted } from './libc.ts';

/** Base64 of more would be a string that the host does not have. */
const MOST_BYTES = 2 ** 28;

/** What the chunk gives, in order, as keys of the registry. */
const RESULTS = ['hwfe.functions', 'hwfe.b', 'hwfe.f', 'hwfe.t'] as const;

export class Kinds {
  /** Of the step that runs now. */
  files: RunFiles | undefined;
  granted: GrantedFiles | undefined;
  network: BlockingNetwork | undefined;
  /** For the metatable of the global `hwfe`: loads the functions when one is first named. */
  readonly index: number;
  readonly #machine: Machine;
  readonly #source: { readonly text: number; readonly size: number };
  readonly #functions: readonly number[];

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#source = { text: machine.name(LUA_KINDS), size: Buffer.byteLength(LUA_KINDS) };
    this.index = machine.register((L) => this.#index(L));
    this.#functions = [
      machine.register((L) => this.#base64(L)),
      machine.register((L) => this.#unbase64(L)),
      machine.register((L) => this.#answer(L, this.files!.refer(machine.string(L, 1)))),
      machine.register((L) => this.#write(L)),
      machine.register((L) => this.#read(L)),
      machine.register((L) => this.#readGranted(L)),
      machine.register((L) => this.#writeGranted(L)),
      machine.register((L) => this.#list(L)),
      machine.register((L) => this.#fetch(L)),
    ];
  }

  /** Tells Lua what the table on top is. */
  attach(L: State, kind: Kind): void {
    if (this.#load(L) !== Status.ok) throw new Aborted('the kinds of values do not load');
    const { api } = this.#machine;
    api.lua_rawgetp(L, REGISTRY, this.#machine.name(`hwfe.${kind}`));
    api.lua_setmetatable(L, -2);
  }

  /** With another status than ok, the error is on top. */
  #load(L: State): number {
    const { api } = this.#machine;
    if (api.lua_checkstack(L, 16) === 0) throw new Aborted('the Lua stack is full');
    const type = api.lua_rawgetp(L, REGISTRY, this.#machine.name(RESULTS[0]));
    this.#machine.pop(L, 1);
    if (type === LuaType.table) return Status.ok;
    const { text, size } = this.#source;
    const status = api.luaL_loadbufferx(L, text, size, this.#machine.name('=hwfe'), this.#machine.name('t'));
    if (status !== Status.ok) return status;
    for (const pointer of this.#functions) api.lua_pushcclosure(L, pointer, 0);
    api.lua_rawgetp(L, REGISTRY, this.#machine.arrayMark);
    api.lua_pushlightuserdata(L, this.#machine.nullMark);
    const called = api.lua_pcallk(L, this.#functions.length + 2, RESULTS.length, 0, 0, 0);
    if (called !== Status.ok) return called;
    for (const name of [...RESULTS].reverse()) api.lua_rawsetp(L, REGISTRY, this.#machine.name(name));
    return Status.ok;
  }

  #index(L: State): number {
    const { api } = this.#machine;
    if (this.#load(L) !== Status.ok) return api.lua_error(L);
    api.lua_rawgetp(L, REGISTRY, this.#machine.name(RESULTS[0]));
    api.lua_pushvalue(L, 2);
    api.lua_rawget(L, -2);
    return 1;
  }

  #base64(L: State): number {
    const bytes = this.#bytes(L, 1);
    if (bytes.length > MOST_BYTES)
      return this.#raise(L, 'hwfe.bytes takes at most 256 MiB; write more with hwfe.file(path, text)');
    this.#machine.pushString(L, bytes.toString('base64'));
    return 1;
  }

  #unbase64(L: State): number {
    return this.#push(L, Buffer.from(this.#bytes(L, 1).toString('latin1'), 'base64'));
  }

  #write(L: State): number {
    return this.#answer(L, this.files!.write(this.#machine.string(L, 1), this.#bytes(L, 2)));
  }

  #read(L: State): number {
    const file = {
      path: this.#bytes(L, 1).toString(),
      sha256: this.#bytes(L, 2).toString(),
      size: this.#machine.api.lua_tonumberx(L, 3, 0),
    };
    const admitted = this.files!.admit(file);
    if (!admitted.ok) return this.#raise(L, admitted.message);
    const bytes = new Uint8Array(file.size);
    const read = this.files!.readInto(file, bytes);
    return read.ok ? this.#push(L, bytes) : this.#raise(L, read.message);
  }

  #readGranted(L: State): number {
    const read = this.granted!.read(this.#machine.string(L, 1));
    return read.ok ? this.#push(L, read.value) : this.#raise(L, read.message);
  }

  #writeGranted(L: State): number {
    const written = this.granted!.write(this.#machine.string(L, 1), this.#bytes(L, 2));
    return written.ok ? 0 : this.#raise(L, written.message);
  }

  #list(L: State): number {
    const { api } = this.#machine;
    const listed = this.granted!.list(this.#machine.string(L, 1));
    if (!listed.ok) return this.#raise(L, listed.message);
    api.lua_createtable(L, listed.value.length, 0);
    listed.value.forEach((path, i) => {
      this.#machine.pushString(L, path);
      api.lua_rawseti(L, -2, BigInt(i + 1));
    });
    return 1;
  }

  #fetch(L: State): number {
    const [url = '', method = '', redirect = '', lines = ''] = [1, 2, 3, 4].map((index) =>
      this.#bytes(L, index).toString(),
    );
    const headers = lines === '' ? [] : lines.split('\n').map((line) => pairOf(line));
    const request = requestOf({ url, method, redirect, headers });
    // A copy: what is the interpreter's may not leave its thread.
    const answer = this.network!.fetch(request, Uint8Array.from(this.#bytes(L, 5)));
    if (!answer.ok) return this.#raise(L, answer.message);
    const head = answer.headers.map(([name, value]) => `${name}:${value}`).join('\n');
    for (const text of [`${answer.status}`, answer.statusText, answer.url, `${answer.redirected}`, head])
      this.#machine.pushString(L, text);
    this.#push(L, answer.body);
    return 6;
  }

  #answer(L: State, result: { readonly ok: true; readonly value: FileValue } | FileRefusal): number {
    if (!result.ok) return this.#raise(L, result.message);
    this.#machine.pushString(L, result.value.path);
    this.#machine.pushString(L, result.value.sha256);
    const size = this.#machine.copyIn(Buffer.from(String(result.value.size)));
    this.#machine.api.lua_stringtonumber(L, size);
    this.#machine.api.free(size);
    return 3;
  }

  /** A view, good until something allocates; empty for what is no string, which a step can put into its values. */
  #bytes(L: State, index: number): Buffer {
    if (this.#machine.api.lua_type(L, index) !== LuaType.string) return Buffer.alloc(0);
    const pointer = this.#machine.api.lua_tolstring(L, index, this.#machine.size);
    return Buffer.from(this.#machine.bytes.buffer, pointer, this.#machine.word(this.#machine.size));
  }

  #push(L: State, bytes: Uint8Array): number {
    const pointer = this.#machine.copyIn(bytes);
    this.#machine.api.lua_pushlstring(L, pointer, bytes.length);
    this.#machine.api.free(pointer);
    return 1;
  }

  #raise(L: State, message: string): number {
    this.#machine.pushString(L, message);
    return this.#machine.api.lua_error(L);
  }
}

function pairOf(line: string): readonly [string, string] {
  const at = line.indexOf(':');
  return [line.slice(0, at), line.slice(at + 1)];
}
