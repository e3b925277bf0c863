/** The CPU time of the thread that asks, where the system tells it. */
import { openSync, readlinkSync, readSync } from 'node:fs';

export interface ThreadClock {
  /** The system's id of this thread. */
  readonly id: number;
  /** Milliseconds of CPU time since the thread began, at most one tick of the scheduler (some milliseconds) behind. */
  read(): number;
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
  return { id, read: () => runTime(bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0))) };
}

/** The first figure of `schedstat`, which counts nanoseconds. */
export function runTime(schedstat: string): number {
  return Number(schedstat.slice(0, schedstat.indexOf(' '))) / 1e6;
}
