/** How fast things start: evenly, or in bursts where that is said. */
import type { Rate } from '../model/concurrency.ts';

/** Resolves once all of them let one start, which is then counted, or once what `onStop` is given was called. */
export function nextTurn(paces: readonly Pace[], onStop: (stop: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const ask = (): void => {
      if (!paces.every((pace) => pace.mayStart(ask))) return;
      for (const pace of paces) pace.started();
      end();
    };
    const end = (): void => {
      for (const pace of paces) pace.forget(ask);
      resolve();
    };
    onStop(end);
    ask();
  });
}

/** In no stretch of time do more start than its rate times its length, and `burst`. */
export class Pace {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** When the next would start if all had come evenly. */
  #next = -Infinity;
  /** Who asked too early, the first of them first. */
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** `now` is in milliseconds and never goes back. */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Whether one may start now; who may not is told once one may. */
  mayStart(tell: () => void): boolean {
    if (this.waitMs === 0) return true;
    this.#waiting.add(tell);
    this.#arm();
    return false;
  }

  /** One starts, or will after the wait that was due. */
  started(): void {
    this.#next = Math.max(this.#next, this.#now()) + this.#rate.intervalMs;
  }

  /** Milliseconds until one may start. */
  get waitMs(): number {
    return Math.max(0, this.#next - (this.#rate.burst - 1) * this.#rate.intervalMs - this.#now());
  }

  forget(tell: () => void): void {
    this.#waiting.delete(tell);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Timers may come a little early, and look again then. */
  #arm(): void {
    this.#timer ??= setTimeout(() => this.#wake(), Math.ceil(this.waitMs));
  }

  #wake(): void {
    this.#timer = undefined;
    // Whoever starts one waits behind the others for the next.
    for (let left = this.#waiting.size; left > 0 && this.waitMs === 0; left--) {
      const [tell] = this.#waiting;
      if (tell === undefined) break;
      this.#waiting.delete(tell);
      tell();
    }
    if (this.#waiting.size > 0) this.#arm();
  }
}
