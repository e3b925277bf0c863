/** The CPU time of the thread that asks, where the system tells it. */
import { openSync, readlinkSync, readSync } from 'node:fs';

/** Asking the system takes some microseconds; a job shorter than this, below what it tells apart, counts as busy throughout. */
const SHORT_MS = 1;

export interface ThreadClock {
  /** The system's id of this thread. */
  readonly id: number;
  /** Milliseconds of CPU time since the thread began, at most one tick of the scheduler (some milliseconds) behind. */
  read(): number;
  /** The same since the last lap, for a job that took `wallMs`. */
  lap(wallMs: number): number;
}

/** Nothing on systems without Linux's `/proc`. */
export function threadClock(): ThreadClock | undefined {
  let file: number;
  let id: number;
  try {
    id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    file = openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return undefined;
  }
  const bytes = Buffer.alloc(64);
  const read = (): number => runTime(bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0)));
  let last = read();
  return {
    id,
    read,
    lap(wallMs) {
      if (wallMs < SHORT_MS) {
        last += wallMs;
        return wallMs;
      }
      const before = last;
      last = read();
      return Math.max(0, last - before);
    },
  };
}

/** The first figure of `schedstat`, which counts nanoseconds. */
export function runTime(schedstat: string): number {
  return Number(schedstat.slice(0, schedstat.indexOf(' '))) / 1e6;
}
