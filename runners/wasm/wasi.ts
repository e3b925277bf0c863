/** WASI preview 1 in memory: standard streams, arguments, environment, clock and random, and files where they are granted. */
import type { StepClock } from '../grants/clock.ts';
import type { Denial } from '../grants/denial.ts';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { StepRandom } from '../grants/random.ts';
import { WasiFiles } from './wasi-files.ts';
import { poll, type PollArguments, type PollClock } from './wasi-poll.ts';
import type { GuestMemory } from './wasi-structs.ts';

export const WASI_MODULE = 'wasi_snapshot_preview1';

const ERRNO = { success: 0, acces: 2, badf: 8, nosys: 52, spipe: 70 } as const;
const REALTIME = 0;
const CHARACTER_DEVICE = 2;
/** Vectors of one call; Linux takes as many. */
const MOST_AT_ONCE = 1024;
/** Written text is handed on in pieces of so many bytes. */
const PIECE = 1024 * 1024;

/** Of the three streams, and where nothing is granted of all others. */
const BAD_DESCRIPTOR = `
  fd_advise fd_allocate fd_datasync fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size
  fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_readdir fd_renumber
  fd_sync fd_tell path_create_directory path_filestat_get path_filestat_set_times path_link path_open
  path_readlink path_remove_directory path_rename path_symlink path_unlink_file sock_accept sock_recv
  sock_send sock_shutdown
`
  .trim()
  .split(/\s+/);

/** Thrown through the module's frames to end it. */
export class Exit {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

export interface WasiOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array;
  readonly clock: StepClock;
  readonly random: StepRandom;
  readonly granted: GrantedFiles;
  /** Of what the files that are open hold, in bytes. */
  readonly mostHeld: number;
  /** Hears of each act that is denied. */
  deny(denial: Denial): void;
  /** The bytes are only good during the call. */
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
}

type Call = (...args: never[]) => number;

export class Wasi {
  /** Set once the instance exists. */
  memory: WebAssembly.Memory | undefined;
  readonly imports: Readonly<Record<string, Call>>;
  readonly #options: WasiOptions;
  readonly #args: readonly Uint8Array[];
  readonly #env: readonly Uint8Array[];
  readonly #files: WasiFiles;
  readonly #memory: GuestMemory;
  readonly #clock: PollClock;
  #stdinAt = 0;

  constructor(options: WasiOptions) {
    this.#options = options;
    this.#args = options.args.map(zeroEnded);
    this.#env = Object.entries(options.env).map(([name, value]) => zeroEnded(`${name}=${value}`));
    this.#memory = {
      view: () => this.#view(),
      bytes: (pointer: number, length: number) => this.#bytes(pointer, length),
      vectors: (pointer: number, count: number) => this.#vectors(pointer, count),
    };
    this.#files = new WasiFiles(options.granted, this.#memory, options.mostHeld);
    this.#clock = { now: (clock) => this.#now(clock), slept: (ms) => options.clock.slept(ms) };
    this.imports = Object.assign(
      Object.create(null) as Record<string, Call>,
      withFiles(this.#calls(), this.#files.calls),
    );
  }

  /** Writes what the module left open. False where that fails. */
  finish(): boolean {
    return this.#files.finish();
  }

  #calls(): Record<string, Call> {
    const bad = (): number => ERRNO.badf;
    return {
      ...Object.fromEntries(BAD_DESCRIPTOR.map((name) => [name, bad])),
      args_sizes_get: (count: number, size: number) => this.#sizes(this.#args, count, size),
      args_get: (pointers: number, bytes: number) => this.#strings(this.#args, pointers, bytes),
      environ_sizes_get: (count: number, size: number) => this.#sizes(this.#env, count, size),
      environ_get: (pointers: number, bytes: number) => this.#strings(this.#env, pointers, bytes),
      clock_res_get: (_clock: number, result: number) => this.#nanoseconds(result, 1000n),
      clock_time_get: (clock: number, _precision: bigint, result: number) => this.#time(clock, result),
      fd_close: (fd: number) => (isStream(fd) ? ERRNO.success : ERRNO.badf),
      fd_fdstat_get: (fd: number, result: number) => this.#describe(fd, result),
      fd_fdstat_set_flags: (fd: number) => (isStream(fd) ? ERRNO.success : ERRNO.badf),
      fd_read: (fd: number, vectors: number, count: number, result: number) => this.#read(fd, vectors, count, result),
      fd_seek: (fd: number) => (isStream(fd) ? ERRNO.spipe : ERRNO.badf),
      fd_write: (fd: number, vectors: number, count: number, result: number) => this.#write(fd, vectors, count, result),
      poll_oneoff: (...given: PollArguments) => poll(this.#memory, this.#clock, given),
      proc_exit: (status: number) => {
        throw new Exit(status);
      },
      proc_raise: () => ERRNO.nosys,
      random_get: (pointer: number, length: number) => this.#random(pointer, length),
      sched_yield: () => ERRNO.success,
    };
  }

  /** Made anew for every call, since the memory may have grown. Addresses out of bounds are the module's own trap. */
  #view(): DataView {
    if (this.memory === undefined) throw new WebAssembly.RuntimeError('the module exports no memory');
    return new DataView(this.memory.buffer);
  }

  #bytes(pointer: number, length: number): Uint8Array {
    const { buffer } = this.#view();
    const start = pointer >>> 0;
    if (start + (length >>> 0) > buffer.byteLength) throw new WebAssembly.RuntimeError('memory access out of bounds');
    return new Uint8Array(buffer, start, length >>> 0);
  }

  #sizes(strings: readonly Uint8Array[], count: number, size: number): number {
    const view = this.#view();
    view.setUint32(count >>> 0, strings.length, true);
    view.setUint32(
      size >>> 0,
      strings.reduce((sum, each) => sum + each.length, 0),
      true,
    );
    return ERRNO.success;
  }

  #strings(strings: readonly Uint8Array[], pointers: number, bytes: number): number {
    const view = this.#view();
    let at = bytes >>> 0;
    strings.forEach((each, i) => {
      view.setUint32((pointers >>> 0) + 4 * i, at, true);
      this.#bytes(at, each.length).set(each);
      at += each.length;
    });
    return ERRNO.success;
  }

  #nanoseconds(result: number, value: bigint): number {
    this.#view().setBigUint64(result >>> 0, value, true);
    return ERRNO.success;
  }

  #time(clock: number, result: number): number {
    const { refused } = this.#options.clock;
    if (clock === REALTIME && refused !== undefined) return this.#deny(refused);
    return this.#nanoseconds(result, this.#now(clock));
  }

  #now(clock: number): bigint {
    const { clock: own } = this.#options;
    return clock === REALTIME ? BigInt(Math.round(own.wall() * 1000)) * 1000n : own.monotonic();
  }

  #random(pointer: number, length: number): number {
    const { random } = this.#options;
    if (random.refused !== undefined) return this.#deny(random.refused);
    random.fill(this.#bytes(pointer, length));
    return ERRNO.success;
  }

  #deny(denial: Denial): number {
    this.#options.deny(denial);
    return ERRNO.acces;
  }

  #describe(fd: number, result: number): number {
    if (!isStream(fd)) return ERRNO.badf;
    this.#bytes(result, 24).fill(0);
    const view = this.#view();
    view.setUint8(result >>> 0, CHARACTER_DEVICE);
    // fd_read, or fd_write.
    view.setBigUint64((result >>> 0) + 8, fd === 0 ? 1n << 1n : 1n << 6n, true);
    return ERRNO.success;
  }

  #read(fd: number, vectors: number, count: number, result: number): number {
    if (fd !== 0) return ERRNO.badf;
    let total = 0;
    for (const target of this.#vectors(vectors, count)) {
      const part = this.#options.stdin.subarray(this.#stdinAt, this.#stdinAt + target.length);
      target.set(part);
      this.#stdinAt += part.length;
      total += part.length;
    }
    this.#view().setUint32(result >>> 0, total, true);
    return ERRNO.success;
  }

  #write(fd: number, vectors: number, count: number, result: number): number {
    if (fd !== 1 && fd !== 2) return ERRNO.badf;
    let total = 0;
    for (const bytes of this.#vectors(vectors, count)) {
      for (let at = 0; at < bytes.length; at += PIECE)
        this.#options.write(fd === 1 ? 'stdout' : 'stderr', bytes.slice(at, at + PIECE));
      total += bytes.length;
    }
    this.#view().setUint32(result >>> 0, total, true);
    return ERRNO.success;
  }

  #vectors(pointer: number, count: number): Uint8Array[] {
    const view = this.#view();
    if (count >>> 0 > MOST_AT_ONCE) throw new WebAssembly.RuntimeError(`more than ${MOST_AT_ONCE} vectors at once`);
    return Array.from({ length: count }, (_, i) => {
      const at = (pointer >>> 0) + 8 * i;
      return this.#bytes(view.getUint32(at, true), view.getUint32(at + 4, true));
    });
  }
}

/** The three streams are no files. */
function withFiles(calls: Record<string, Call>, files: Readonly<Record<string, Call>>): Record<string, Call> {
  const both = Object.entries(files).map(([name, call]) => {
    const own = calls[name]!;
    const choose = (fd: number, ...args: number[]): number =>
      isStream(fd) ? own(...([fd, ...args] as never[])) : call(...([fd, ...args] as never[]));
    return [name, choose] as const;
  });
  return { ...calls, ...Object.fromEntries(both) };
}

function isStream(fd: number): boolean {
  return fd >= 0 && fd <= 2;
}

function zeroEnded(text: string): Uint8Array {
  return Buffer.from(`${text}\0`);
}
