/** Where Python has the time and random bytes from: what the step that runs is given, in place of the host's own. */
import { MACHINE_CLOCK, type StepClock } from '../grants/clock.ts';
import { MACHINE_RANDOM, type StepRandom } from '../grants/random.ts';
import type { HostCall, HostCalls } from './gate.ts';
import type { FileAttributes, Pyodide } from './pyodide.ts';

/** Of Emscripten's C library: Python raises a PermissionError for it, and looks for no other source. */
const EACCES = 2;
const REALTIME = 0;
const LAST_CLOCK = 3;
const TIMES = ['atime', 'mtime', 'ctime'] as const;

export class Senses {
  /** The step has asked for the time, which it may not. */
  askedForTime = false;
  #clock: StepClock = MACHINE_CLOCK;
  #random: StepRandom = MACHINE_RANDOM;
  /** When files were made, as far as a step without the machine's time is told; nothing for one that has it. */
  #fileTime: Date | undefined;
  readonly #bootedAt = Date.now();

  get clock(): StepClock {
    return this.#clock;
  }

  /** For one step. */
  begin(clock: StepClock, random: StepRandom): void {
    this.askedForTime = false;
    this.#clock = clock;
    this.#random = random;
    this.#fileTime = clock === MACHINE_CLOCK ? undefined : new Date(clock.wall());
  }

  /** Takes the place of the calls by which the interpreter asks; `memory` is its memory of the moment. */
  wrap(calls: HostCalls, memory: () => Uint8Array): void {
    const {
      clock_time_get: clockTime,
      emscripten_date_now: dateNow,
      emscripten_get_now: now,
      random_get: random,
    } = calls;
    if (clockTime === undefined || dateNow === undefined || now === undefined || random === undefined)
      throw new Error('Internal error: Python asks for the time and for random bytes in a way that nobody knows');
    calls['clock_time_get'] = as(clockTime, (id: number, precision: bigint, target: number) => {
      if (this.#clock === MACHINE_CLOCK || id < 0 || id > LAST_CLOCK)
        return clockTime(...([id, precision, target] as never[]));
      if (id === REALTIME && this.#clock.refused !== undefined) {
        this.askedForTime = true;
        return EACCES;
      }
      const ns = id === REALTIME ? BigInt(Math.round(this.#clock.wall() * 1e6)) : this.#clock.monotonic();
      const { buffer } = memory();
      new DataView(buffer).setBigInt64(target >>> 0, ns, true);
      return 0;
    });
    calls['emscripten_date_now'] = as(dateNow, () => this.#clock.wall());
    calls['emscripten_get_now'] = as(now, () =>
      this.#clock === MACHINE_CLOCK ? now() : Number(this.#clock.monotonic()) / 1e6,
    );
    calls['random_get'] = as(random, (target: number, length: number) => {
      this.#random.fill(memory().subarray(target >>> 0, (target >>> 0) + (length >>> 0)));
      return 0;
    });
  }

  /** What of files tells the time or gives random bytes. */
  attach({ FS, _module: { MEMFS, PIPEFS } }: Pyodide): void {
    const device = FS.makedev(64, 2);
    FS.registerDevice(device, {
      read: (_stream: unknown, buffer: Uint8Array, offset: number, length: number): number => {
        this.#random.fill(buffer.subarray(offset, offset + length));
        return length;
      },
    });
    for (const path of ['/dev/random', '/dev/urandom']) {
      FS.unlink(path);
      FS.mkdev(path, 0o666, device);
    }
    for (const { node } of Object.values(MEMFS.ops_table)) {
      const { getattr } = node;
      node.getattr = (of) => this.shown(getattr(of));
    }
    const { getattr } = PIPEFS.stream_ops;
    PIPEFS.stream_ops.getattr = (stream) => this.shown(getattr(stream));
  }

  /** The times of a file as the step is told them. */
  shown(attributes: FileAttributes): FileAttributes {
    const time = this.#fileTime;
    if (time === undefined) return attributes;
    // What a step has set itself lies before, as a rule.
    const shown = TIMES.filter((name) => attributes[name].getTime() >= this.#bootedAt).map((name) => [name, time]);
    return { ...attributes, ...Object.fromEntries(shown) };
  }
}

/** With all that hangs on the original. */
function as(original: HostCall, call: (...args: never[]) => unknown): HostCall {
  return Object.assign(call, original);
}
