/** Finds the processes that left their group (`setsid`), by the marker which they inherited in their environment. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readProc } from './proc.ts';

/** Environment variable that every child of a spawner carries. */
export const MARKER = 'HWFE_PROCESS';
/** Over so many process ids to look through, listing the living ones is cheaper. */
const WIDEST_RANGE = 512;

/**
 * Process ids whose environment has `MARKER` set to something that begins with `marker`.
 * With `since`, only ids given out after that one are looked at: a step that started nothing costs one small read.
 * Empty on systems without `/proc`.
 */
export function escapees(marker: string, since?: number): number[] {
  const wanted = Buffer.from(`${MARKER}=${marker}`);
  return processesSince(since).filter((pid) => pid !== process.pid && environment(pid)?.includes(wanted) === true);
}

/** Ids given out after `since`, or all that live where those would be more; empty on systems without `/proc`. */
export function processesSince(since: number | undefined): number[] {
  const newest = since === undefined ? undefined : newestProcess();
  if (since !== undefined && newest !== undefined && newest >= since && newest - since <= WIDEST_RANGE) {
    return Array.from({ length: newest - since }, (_, i) => since + 1 + i);
  }
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function newestProcess(): number | undefined {
  const load = readProc('/proc/loadavg');
  const pid = load === undefined ? Number.NaN : Number(load.slice(load.lastIndexOf(' ')));
  return Number.isInteger(pid) ? pid : undefined;
}

function environment(pid: number): Buffer | undefined {
  // Most have ended, and an error for each would cost more than this look.
  if (!existsSync(`/proc/${pid}`)) return undefined;
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return undefined;
  }
}
