/** An instance of Lua's wasm build, driven through its C API. */
import { constants } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { MACHINE_CLOCK, type StepClock } from '../grants/clock.ts';
import { EMBEDDED_MEMORY } from '../limits.ts';
import { MemoryImage } from '../memory-image.ts';
import type { LuaApi, State } from './api.ts';
import { Aborted, libc } from './libc.ts';

export type HostFunction = (L: State) => number;

export class Machine {
  readonly api: LuaApi;
  /** Takes what the C library writes to its standard streams, such as Lua's warnings. */
  write: (text: string) => void = () => {};
  /** Of the step that runs now. */
  clock: StepClock = MACHINE_CLOCK;
  /** In bytes, all that lies in the wasm memory included; no less than what a new instance has. */
  memoryLimit: number = EMBEDDED_MEMORY;
  /** Room for one `size_t`, for calls that answer through a pointer. */
  readonly size: number;
  /** The address that, as light userdata, is `json.null`. */
  readonly nullMark: number;
  /** The registry key of the metatable that marks a table as an array. */
  readonly arrayMark: number;
  #bytes: Uint8Array;
  #words: Uint32Array;
  readonly #names = new Map<string, number>();
  readonly #adapter: WebAssembly.Module;
  #kept:
    | { readonly image: MemoryImage; readonly names: ReadonlyMap<string, number>; readonly size: number }
    | undefined;

  constructor(lua: WebAssembly.Module, adapter: WebAssembly.Module) {
    this.#adapter = adapter;
    const instance = new WebAssembly.Instance(lua, libc(this));
    this.api = instance.exports as object as LuaApi;
    this.#bytes = new Uint8Array(this.api.memory.buffer);
    this.#words = new Uint32Array(this.api.memory.buffer);
    this.api.emscripten_stack_init();
    this.api.__wasm_call_ctors();
    this.size = this.api.malloc(8);
    this.nullMark = this.name('json.null');
    this.arrayMark = this.name('json.array');
  }

  /** Keeps what the memory holds now, between calls and without a state, for `renew`. */
  keep(): void {
    const { length } = this.bytes;
    this.#kept = { image: new MemoryImage(this.api.memory), names: new Map(this.#names), size: length };
  }

  /** Puts the memory back to what it was; false where nothing was kept, or the memory has grown since. */
  renew(): boolean {
    if (this.#kept?.size !== this.bytes.length) return false;
    this.#kept.image.restore();
    this.#names.clear();
    for (const [name, pointer] of this.#kept.names) this.#names.set(name, pointer);
    return true;
  }

  /** The whole memory; take it anew after every call that may allocate. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.api.memory.buffer);
    return this.#bytes;
  }

  /** The 32-bit word at a pointer. */
  word(pointer: number): number {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.api.memory.buffer);
    return this.#words[pointer >>> 2]!;
  }

  /** Allocates and fills a zero-ended copy; the caller frees it. */
  copyIn(bytes: Uint8Array): number {
    const pointer = this.api.malloc(bytes.length + 1);
    if (pointer === 0) throw new Aborted('no room for the bytes');
    this.bytes.set(bytes, pointer);
    this.bytes[pointer + bytes.length] = 0;
    return pointer;
  }

  /** A zero-ended name, kept for the life of the instance. */
  name(text: string): number {
    let pointer = this.#names.get(text);
    if (pointer === undefined) {
      pointer = this.copyIn(Buffer.from(text));
      this.#names.set(text, pointer);
    }
    return pointer;
  }

  text(pointer: number, length: number): string {
    if (length > constants.MAX_STRING_LENGTH) throw new Aborted('a text too long for the host');
    return Buffer.from(this.bytes.buffer, pointer, length).toString('utf8');
  }

  /** The string at a stack index, which must hold one; as much of it as is wanted, in bytes. */
  string(L: State, index: number, most: number = Number.POSITIVE_INFINITY): string {
    const pointer = this.api.lua_tolstring(L, index, this.size);
    return this.text(pointer, Math.min(most, this.word(this.size)));
  }

  pushString(L: State, text: string): void {
    const bytes = Buffer.from(text);
    const pointer = this.copyIn(bytes);
    this.api.lua_pushlstring(L, pointer, bytes.length);
    this.api.free(pointer);
  }

  hasMetatable(L: State, index: number): boolean {
    if (this.api.lua_getmetatable(L, index) === 0) return false;
    this.pop(L, 1);
    return true;
  }

  pop(L: State, n: number): void {
    this.api.lua_settop(L, -n - 1);
  }

  /** The function pointer of a host function, good for the life of the instance. */
  register(call: HostFunction): number {
    const { exports } = new WebAssembly.Instance(this.#adapter, { e: { f: call } });
    const table = this.api.__indirect_function_table;
    const index = table.grow(1);
    table.set(index, exports.f);
    return index;
  }
}

/** `(func (param i32) (result i32))` imported as `e.f` and exported as `f`: it turns a JavaScript function into a table entry. */
const ADAPTER = Buffer.from(
  '0061736d01000000' + // magic and version
    '0106' +
    '01' +
    '60017f017f' + // type
    '0207' +
    '01' +
    '0165' +
    '0166' +
    '0000' + // import
    '0705' +
    '01' +
    '0166' +
    '0000', // export
  'hex',
);

/** Compiles the build once; every call of the result makes a fresh instance. */
export async function loadMachines(): Promise<() => Machine> {
  const file = createRequire(import.meta.url).resolve('wasmoon/dist/glue.wasm');
  const [lua, adapter] = await Promise.all([
    readFile(file).then((bytes) => WebAssembly.compile(bytes)),
    WebAssembly.compile(ADAPTER),
  ]);
  return () => new Machine(lua, adapter);
}
