/** Watches the CPU time of a thread or process from outside, since a busy one cannot watch itself. */
import { readFileSync } from 'node:fs';
import { allProcesses } from '../../runners/process/table.ts';
import { runTime } from '../../runners/thread-clock.ts';

/** The system's own figure is up to this far behind. */
const TICK_MS = 4;

/** Where the system counts the CPU time, and what it said when the job began, in milliseconds. */
export interface CpuClock {
  readonly path: string;
  readonly cpuMs: number;
}

/** Of a thread of this process, by the system's id of it. */
export function threadsClock({ id, cpuMs }: { readonly id: number; readonly cpuMs: number }): CpuClock {
  return { path: `/proc/self/task/${id}/schedstat`, cpuMs };
}

/** Of the process at the end of the line that begins with `pid`. Nothing on systems without `/proc`. */
export function descendantsClock(pid: number): CpuClock | undefined {
  const rows = allProcesses();
  let last = pid;
  for (let child = rows.find(({ parent }) => parent === pid); child !== undefined; ) {
    last = child.pid;
    child = rows.find(({ parent }) => parent === last);
  }
  const path = `/proc/${last}/schedstat`;
  const cpuMs = timeIn(path);
  return Number.isNaN(cpuMs) ? undefined : { path, cpuMs };
}

export class CpuWatch {
  /** CPU time since the job began, in milliseconds, as last seen. */
  usedMs = 0;
  readonly #clock: CpuClock | undefined;
  readonly #limitMs: number;
  readonly #over: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** Where the system tells no CPU time, the job's whole time counts. */
  constructor(clock: CpuClock | undefined, limitMs: number, over: () => void) {
    this.#clock = clock;
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
    const usedMs = this.#clock === undefined ? this.#limitMs : timeIn(this.#clock.path) - this.#clock.cpuMs;
    // The thread may have just ended, and its job with it.
    if (Number.isNaN(usedMs)) return;
    this.usedMs = usedMs;
    if (usedMs < this.#limitMs) this.#lookIn(this.#limitMs - usedMs);
    else this.#over();
  }
}

/** NaN when there is no such thread or process. */
function timeIn(path: string): number {
  try {
    return runTime(readFileSync(path, 'latin1'));
  } catch {
    return Number.NaN;
  }
}
