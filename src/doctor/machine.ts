/** The machine itself: Node, processors, memory, what sandboxes and limits can be made of, where hwfe may write. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import { pidsGroupsDirectory } from '../../runners/process/pids-group.ts';
import { snapshotOf } from '../../runners/python/boot.ts';
import { formatSize } from '../model/size.ts';
import type { Fact } from '../model/examination.ts';

const OLDEST_NODE = [20, 19];

export function node(): Fact {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const found = `${process.versions.node} on ${process.platform} ${release()}, ${process.arch}`;
  const isOld = major < OLDEST_NODE[0]! || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]!);
  if (!isOld) return { subject: 'node', condition: 'fine', found };
  return { subject: 'node', condition: 'missing', found, advice: 'Install Node 20.19 or newer' };
}

export function processors(): Fact {
  const all = cpus().length;
  const usable = availableParallelism();
  const found = usable === all || all === 0 ? `${usable}` : `${usable} of ${all} may be used`;
  return { subject: 'processors', condition: 'fine', found };
}

export function memory(): Fact {
  const limit = process.constrainedMemory?.() ?? 0;
  // Without a limit the system tells none, or one that no machine has.
  const isLimited = limit > 0 && limit < totalmem();
  const group = isLimited ? `; this control group may have ${formatSize(limit)}` : '';
  const found = `${formatSize(totalmem())}, ${formatSize(freemem())} of them free${group}`;
  return { subject: 'memory', condition: 'fine', found };
}

export async function sandbox(path: string | undefined): Promise<Fact> {
  const found = await findBubblewrap(path);
  if (found.ok) return { subject: 'sandbox', condition: 'fine', found: found.program };
  return { subject: 'sandbox', condition: 'note', found: 'none, so no isolation "os"', advice: found.message };
}

/** Where it is not there, the nearest directory above decides. */
export function directory(subject: string, path: string | undefined, absent: string): Fact {
  if (path === undefined || path === '') return { subject, condition: 'note', found: absent };
  let nearest = resolve(path);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (canWrite(nearest)) return { subject, condition: 'fine', found: path };
  const advice = `Let this user write to "${nearest}", or set another directory`;
  return { subject, condition: 'missing', found: `${path} cannot be written`, advice };
}

export function pythonSnapshot(cacheDir: string): Fact {
  const subject = 'python-snapshot';
  try {
    const { size } = statSync(snapshotOf(cacheDir));
    return { subject, condition: 'fine', found: `kept, ${formatSize(size)}` };
  } catch {
    const advice = 'The first Python step makes it, which takes some seconds once';
    return { subject, condition: 'note', found: 'not made yet', advice };
  }
}

/** Of what the shell calls `ulimit -u`: the processes of the user together. */
export function processLimits(): Fact {
  const subject = 'process-limits';
  let most = 'any number of processes';
  try {
    const [, soft] = /^Max processes\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    if (soft !== undefined && soft !== 'unlimited') most = `${soft} processes of this user`;
    const group = pidsGroupsDirectory();
    const how = group === undefined ? '' : `, and bounded by control groups in ${group}`;
    return { subject, condition: 'fine', found: `${most}; those of a step are counted in /proc${how}` };
  } catch {
    const advice = "Steps of this machine are not held to limits.processes, memory and cpu without Linux's /proc";
    return { subject, condition: 'note', found: 'none', advice };
  }
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
