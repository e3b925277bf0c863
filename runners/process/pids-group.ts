/** Control groups that let the processes of one step be no more than so many, where the system lets us make them. */
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const NAME = 'hwfe-';
/** Interpreters have a dozen threads, some have two dozen. */
const THREADS_EACH = 32;
const THREADS_BESIDE = 64;
const POLL_MS = 2;
const EMPTY_WITHIN_MS = 1000;

export interface PidsGroup {
  /** The command line whose process begins in the group. */
  enter(argv: readonly string[]): string[];
  /** A process was refused for the limit. */
  isExceeded(): boolean;
  /** Ends all that is in it, whatever it did to hide, and removes it. */
  close(): Promise<void>;
}

/** The directory in which groups can be made: of the first or the second version, as the machine has them; `about` is where it tells of them. */
export function pidsGroupsDirectory(about = '/proc/self'): string | undefined {
  try {
    const own = readFileSync(join(about, 'cgroup'), 'latin1').trim().split('\n');
    const mounts = readFileSync(join(about, 'mountinfo'), 'latin1').trim().split('\n');
    return own.flatMap((line) => places(line, mounts)).find(canMakeIn);
  } catch {
    return undefined;
  }
}

let known: { readonly directory: string | undefined } | undefined;
let made = 0;

/**
 * For a step that may have so many processes. The system counts threads, of which a process may have many, so that this
 * is a bound on what multiplies faster than it is looked at; nothing where no group can be made.
 */
export function pidsGroupFor(processes: number | undefined): PidsGroup | undefined {
  if (processes === undefined) return undefined;
  if (known === undefined) {
    known = { directory: pidsGroupsDirectory() };
    if (known.directory !== undefined) void sweep(known.directory);
  }
  const { directory } = known;
  return directory === undefined ? undefined : makePidsGroup(directory, processes * THREADS_EACH + THREADS_BESIDE);
}

function makePidsGroup(directory: string, most: number): PidsGroup | undefined {
  const path = join(directory, `${NAME}${process.pid}-${++made}`);
  try {
    mkdirSync(path);
    writeFileSync(join(path, 'pids.max'), String(most));
  } catch {
    removeIfThere(path);
    return undefined;
  }
  return {
    enter: (argv) => [
      '/bin/sh',
      '-c',
      'echo 0 > "$1" && shift && exec "$@"',
      'sh',
      join(path, 'cgroup.procs'),
      ...argv,
    ],
    isExceeded: () => refusals(path) > 0,
    close: () => emptyAndRemove(path),
  };
}

/** Ends what killed spawners left, and their groups with it. */
async function sweep(directory: string): Promise<void> {
  for (const name of readdirSync(directory)) {
    const pid = Number(/^hwfe-(\d+)-/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) await emptyAndRemove(join(directory, name));
  }
}

/** `4:pids:/user.slice` of the first version, `0::/user.slice` of the second, under each place where it is mounted. */
function places(line: string, mounts: readonly string[]): string[] {
  const [, controllers = '', ...rest] = line.split(':');
  const path = rest.join(':');
  const isFirst = controllers.split(',').includes('pids');
  if (!isFirst && controllers !== '') return [];
  return mounts.flatMap((mount) => {
    const [before = '', after = ''] = mount.split(' - ');
    const [, , , root = '', point = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    const isIts = isFirst ? type === 'cgroup' && options.split(',').includes('pids') : type === 'cgroup2';
    const below = relative(root, path);
    return isIts && !below.startsWith('..') ? [join(point, below)] : [];
  });
}

/** In the second version, the groups below have the limit only where this one hands it down. */
function canMakeIn(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    const isFirst = !readdirSync(directory).includes('cgroup.subtree_control');
    return isFirst || readFileSync(join(directory, 'cgroup.subtree_control'), 'latin1').split(/\s/).includes('pids');
  } catch {
    return false;
  }
}

function refusals(path: string): number {
  try {
    return Number(/^max (\d+)/m.exec(readFileSync(join(path, 'pids.events'), 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function emptyAndRemove(path: string): Promise<void> {
  const until = performance.now() + EMPTY_WITHIN_MS;
  while (!removeIfThere(path) && performance.now() < until) {
    for (const pid of membersOf(path)) killNow(pid);
    await sleep(POLL_MS);
  }
}

/** False while it has members. */
function removeIfThere(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

function membersOf(path: string): number[] {
  try {
    return readFileSync(join(path, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killNow(pid: number): void {
  try {
    // A group of another namespace lists what it cannot name as 0, which would be ourselves.
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
