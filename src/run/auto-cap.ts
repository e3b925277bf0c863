/** A cap that goes down while the machine is short of memory or processors, and up again. */
import type { Happening } from '../model/event.ts';
import type { MachineProbe, Reading } from './machine-probe.ts';
import type { Places } from './places.ts';

const GIB = 1024 ** 3;
const EVERY_MS = 1000;
/** Of the load as it was, by which a moment's peak is evened out. */
const KEPT = 0.5;

export type CapReason = (Happening & { kind: 'cap-changed' })['because'];

/**
 * The next cap, and why it is another. With less than a twentieth of the memory free (or 1 GiB, if that is less) it is halved;
 * with less than a tenth (or 2 GiB), and with half as many tasks again as processors (or one more, if that is more), it is one
 * less; with half as much memory again as that tenth and fewer tasks than processors it is one more, up to `most`.
 */
export function nextCap(
  cap: number,
  most: number,
  reading: Reading,
): { readonly cap: number; readonly because: CapReason } {
  const { runnable, processors, free, memory } = reading;
  const tight = Math.min(memory / 10, 2 * GIB);
  if (free < tight / 2) return { cap: Math.max(1, Math.floor(cap / 2)), because: 'memory' };
  if (free < tight) return { cap: Math.max(1, cap - 1), because: 'memory' };
  if (runnable > processors + Math.max(1, processors / 2)) return { cap: Math.max(1, cap - 1), because: 'load' };
  const isRoomy = free > tight * 1.5 && runnable < processors;
  return { cap: isRoomy ? Math.min(most, cap + 1) : cap, because: 'room' };
}

export class AutoCap implements Disposable {
  readonly #places: Places;
  readonly #most: number;
  readonly #probe: MachineProbe;
  readonly #tell: (happening: Happening) => void;
  readonly #timer: NodeJS.Timeout;
  #load: number | undefined;

  /** It begins with the cap that the places have, and never gives more. */
  constructor(places: Places, probe: MachineProbe, tell: (happening: Happening) => void, everyMs: number = EVERY_MS) {
    this.#places = places;
    this.#most = places.cap;
    this.#probe = probe;
    this.#tell = tell;
    this.#timer = setInterval(() => this.#look(), everyMs);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const reading = this.#probe.read();
    this.#load = this.#load === undefined ? reading.runnable : this.#load * KEPT + reading.runnable * (1 - KEPT);
    const { cap, because } = nextCap(this.#places.cap, this.#most, { ...reading, runnable: this.#load });
    if (cap === this.#places.cap) return;
    this.#places.cap = cap;
    this.#tell({ kind: 'cap-changed', cap, because });
  }
}
