/** Watches the CPU time of a thread from outside, since a busy one cannot watch itself. */
import { readFileSync } from 'node:fs';
import type { Started } from '../../runners/contract.ts';
import { runTime } from '../../runners/thread-clock.ts';

/** The system's own figure is up to this far behind. */
const TICK_MS = 4;

export class CpuWatch {
  /** CPU time since the job began, in milliseconds, as last seen. */
  usedMs = 0;
  readonly #thread: Started['thread'];
  readonly #limitMs: number;
  readonly #over: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** Where the system tells no thread's CPU time, the job's whole time counts. */
  constructor(thread: Started['thread'], limitMs: number, over: () => void) {
    this.#thread = thread;
    this.#limitMs = limitMs;
    this.#over = over;
    this.#lookIn(limitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** No thread uses more CPU time than passes on the clock, so that is how long it may be left alone. */
  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.max(ms, TICK_MS));
  }

  #look(): void {
    const usedMs = this.#thread === undefined ? this.#limitMs : timeOf(this.#thread.id) - this.#thread.cpuMs;
    // The thread may have just ended, and its job with it.
    if (Number.isNaN(usedMs)) return;
    this.usedMs = usedMs;
    if (usedMs < this.#limitMs) this.#lookIn(this.#limitMs - usedMs);
    else this.#over();
  }
}

/** NaN when there is no such thread. */
function timeOf(thread: number): number {
  try {
    return runTime(readFileSync(`/proc/self/task/${thread}/schedstat`, 'latin1'));
  } catch {
    return Number.NaN;
  }
}
