/** Waits for a process group to end; a member that only has yet to be reaped counts as ended. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesSince } from './escapees.ts';

const POLL_MS = 5;
/** Looking through all processes may cost milliseconds, so after the first polls it is done once in so many. */
const POLLS_PER_LOOK = 8;
/** These follow each other faster: what was killed is mostly gone within a millisecond. */
const FIRST_POLLS = 5;
const FIRST_POLL_MS = 1;

/** Resolves when no member of the group lives, or at `until` (of `performance.now()`). */
export async function groupGone(leader: number, until: number): Promise<void> {
  for (let poll = 1; exists(leader) && performance.now() < until; poll++) {
    // Orphans are reaped by the machine's first process, which in a container may do so late or never.
    const isFirst = poll <= FIRST_POLLS;
    if ((isFirst || poll % POLLS_PER_LOOK === 0) && !hasLiving(leader)) return;
    await sleep(isFirst ? FIRST_POLL_MS : POLL_MS);
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
  const pids = processesSince(leader);
  return (
    !existsSync('/proc/self') ||
    [leader, ...pids].some((pid) => {
      const { group, state } = statOf(pid);
      return group === leader && state !== 'Z' && state !== 'X';
    })
  );
}

function statOf(pid: number): { group?: number; state?: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name comes before these, in parentheses, and may have any character in it.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === undefined ? {} : { group: Number(group), state };
  } catch {
    return {};
  }
}
