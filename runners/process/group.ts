/** Waits for a process group to end; a member that only has yet to be reaped counts as ended. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;
/** Looking through all processes costs milliseconds, so it is done once in so many polls. */
const POLLS_PER_LOOK = 8;

/** Resolves when no member of the group lives, or at `until` (of `performance.now()`). */
export async function groupGone(leader: number, until: number): Promise<void> {
  for (let poll = 1; exists(leader) && performance.now() < until; poll++) {
    // Orphans are reaped by the machine's first process, which in a container may do so late or never.
    if (poll % POLLS_PER_LOOK === 0 && !hasLiving(leader)) return;
    await sleep(POLL_MS);
  }
}

function exists(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}

/** True where there is no `/proc` to tell. */
function hasLiving(leader: number): boolean {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return true;
  }
  return pids.some((pid) => {
    const { group, state } = statOf(pid);
    return group === leader && state !== 'Z' && state !== 'X';
  });
}

function statOf(pid: string): { group?: number; state?: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name comes before these, in parentheses, and may have any character in it.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === undefined ? {} : { group: Number(group), state };
  } catch {
    return {};
  }
}
