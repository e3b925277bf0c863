/** Which of several items a thread is at, and since when: written by the thread, read by the host, in shared memory. */
import { hrtime } from 'node:process';

const BYTES = 16;

export class ItemClock {
  readonly #place: Int32Array;
  readonly #since: Float64Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.#place = new Int32Array(memory, 0, 1);
    this.#since = new Float64Array(memory, 8, 1);
  }

  get memory(): SharedArrayBuffer {
    return this.#place.buffer as SharedArrayBuffer;
  }

  begin(place: number): void {
    this.#since[0] = now();
    Atomics.store(this.#place, 0, place + 1);
  }

  /** Nothing while none has begun. */
  get place(): number | undefined {
    const place = Atomics.load(this.#place, 0);
    return place === 0 ? undefined : place - 1;
  }

  /** Milliseconds that the item has taken so far. */
  get tookMs(): number {
    return now() - this.#since[0]!;
  }
}

/** The same for all threads of the process. */
function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
