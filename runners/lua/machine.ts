/** An instance of Lua's wasm build, driven through its C API. */
import { constants } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { MACHINE_CLOCK, type StepClock } from '../grants/clock.ts';
import { EMBEDDED_MEMORY } from '../limits.ts';
import { MemoryImage } from '../memory-image.ts';
import type { LuaApi, State } from './api.ts';
import { calendar } from './calendar.ts';

/** Lua cannot go on: it ran out of memory outside any protected call, and this instance is lost. */
export class Aborted extends Error {}

/** In bytes, as far as the build goes. */
const MOST_MEMORY = 2 * 1024 ** 3;
const PAGE = 65_536;
/** ENOSYS of the build's libc: nothing of the host's files is there. */
const NO_SUCH_CALL = -52;

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
    const instance = new WebAssembly.Instance(lua, this.#imports());
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

  #imports(): WebAssembly.Imports {
    const refuse = (): number => NO_SUCH_CALL;
    return {
      env: {
        abort: () => {
          throw new Aborted('Lua gave up');
        },
        exit: () => {
          throw new Aborted('Lua gave up');
        },
        system: refuse,
        invoke_vii: (index: number, a: number, b: number) => this.#invoke(index, a, b),
        _emscripten_throw_longjmp: () => {
          throw new LongJump();
        },
        emscripten_resize_heap: (size: number) => this.#grow(size >>> 0),
        emscripten_date_now: () => this.clock.wall(),
        _emscripten_get_now_is_monotonic: () => 1,
        ...calendar(() => this.api),
        __syscall_openat: refuse,
        __syscall_fcntl64: refuse,
        __syscall_ioctl: refuse,
        __syscall_dup3: refuse,
        __syscall_unlinkat: refuse,
        __syscall_rmdir: refuse,
        __syscall_renameat: refuse,
        __syscall_readlinkat: refuse,
      },
      wasi_snapshot_preview1: {
        fd_write: (_fd: number, vectors: number, count: number, written: number) =>
          this.#written(vectors, count, written),
        fd_read: () => 8,
        fd_close: () => 0,
        fd_seek: () => 8,
        environ_sizes_get: (count: number, size: number) => {
          new Uint32Array(this.api.memory.buffer)
            .fill(0, count >>> 2, (count >>> 2) + 1)
            .fill(0, size >>> 2, (size >>> 2) + 1);
          return 0;
        },
        environ_get: () => 0,
      },
    };
  }

  /** A C call that may be left by longjmp, which the build expresses as a JavaScript exception. */
  #invoke(index: number, a: number, b: number): void {
    const stack = this.api.stackSave();
    try {
      (this.api.__indirect_function_table.get(index) as (a: number, b: number) => void)(a, b);
    } catch (error) {
      if (!(error instanceof LongJump)) throw error;
      this.api.stackRestore(stack);
      this.api.setThrew(1, 0);
    }
  }

  #grow(size: number): number {
    const wanted = Math.max(size, Math.min(this.bytes.length * 1.2, size + 96 * 1024 * 1024));
    for (const target of [wanted, size]) {
      const pages = Math.min(Math.floor(Math.min(this.memoryLimit, MOST_MEMORY) / PAGE), Math.ceil(target / PAGE));
      try {
        this.api.memory.grow(pages - this.bytes.length / PAGE);
        if (pages * PAGE >= size) return 1;
      } catch {
        // The next, smaller target may do; if none does, Lua raises "not enough memory".
      }
    }
    return 0;
  }

  #written(vectors: number, count: number, written: number): number {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const length = this.word(vectors + 8 * i + 4);
      this.write(this.text(this.word(vectors + 8 * i), length));
      total += length;
    }
    new Uint32Array(this.api.memory.buffer)[written >>> 2] = total;
    return 0;
  }
}

/** Not an Error: it is thrown for every error a Lua program handles, and a stack trace each time would cost. */
class LongJump {}

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
