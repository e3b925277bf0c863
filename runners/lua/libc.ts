/** The C library of Lua's wasm build, as much of it as a step may have. */
import type { Machine } from './machine.ts';
import { calendar } from './calendar.ts';

/** Lua cannot go on: it ran out of memory outside any protected call, and this instance is lost. */
export class Aborted extends Error {}

/** In bytes, as far as the build goes. */
const MOST_MEMORY = 2 * 1024 ** 3;
const PAGE = 65_536;
/** ENOSYS of the build's libc: nothing of the host's files is there. */
const NO_SUCH_CALL = -52;

/** Made before the instance is; nothing here is called until it stands. */
export function libc(machine: Machine): WebAssembly.Imports {
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
      invoke_vii: (index: number, a: number, b: number) => invoke(machine, index, a, b),
      _emscripten_throw_longjmp: () => {
        throw new LongJump();
      },
      emscripten_resize_heap: (size: number) => grow(machine, size >>> 0),
      emscripten_date_now: () => machine.clock.wall(),
      _emscripten_get_now_is_monotonic: () => 1,
      ...calendar(() => machine.api),
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
      fd_write: (_fd: number, vectors: number, count: number, result: number) =>
        written(machine, vectors, count, result),
      fd_read: () => 8,
      fd_close: () => 0,
      fd_seek: () => 8,
      environ_sizes_get: (count: number, size: number) => {
        new Uint32Array(machine.api.memory.buffer)
          .fill(0, count >>> 2, (count >>> 2) + 1)
          .fill(0, size >>> 2, (size >>> 2) + 1);
        return 0;
      },
      environ_get: () => 0,
    },
  };
}

/** A C call that may be left by longjmp, which the build expresses as a JavaScript exception. */
function invoke(machine: Machine, index: number, a: number, b: number): void {
  const { api } = machine;
  const stack = api.stackSave();
  try {
    (api.__indirect_function_table.get(index) as (a: number, b: number) => void)(a, b);
  } catch (error) {
    if (!(error instanceof LongJump)) throw error;
    api.stackRestore(stack);
    api.setThrew(1, 0);
  }
}

function grow(machine: Machine, size: number): number {
  const wanted = Math.max(size, Math.min(machine.bytes.length * 1.2, size + 96 * 1024 * 1024));
  for (const target of [wanted, size]) {
    const pages = Math.min(Math.floor(Math.min(machine.memoryLimit, MOST_MEMORY) / PAGE), Math.ceil(target / PAGE));
    try {
      machine.api.memory.grow(pages - machine.bytes.length / PAGE);
      if (pages * PAGE >= size) return 1;
    } catch {
      // The next, smaller target may do; if none does, Lua raises "not enough memory".
    }
  }
  return 0;
}

function written(machine: Machine, vectors: number, count: number, result: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = machine.word(vectors + 8 * i + 4);
    machine.write(machine.text(machine.word(vectors + 8 * i), length));
    total += length;
  }
  new Uint32Array(machine.api.memory.buffer)[result >>> 2] = total;
  return 0;
}

/** Not an Error: it is thrown for every error a Lua program handles, and a stack trace each time would cost. */
class LongJump {}
