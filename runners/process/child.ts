/** One child process of the spawner, from its start to the end of everything that it started. */
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { escapees } from './escapees.ts';
import { closeWriteEnd } from './fifos.ts';
import type { FifoPool } from './fifos.ts';
import { groupGone } from './group.ts';
import { Outlet } from './outlet.ts';
import { pidsGroupFor } from './pids-group.ts';
import type { Ending, SpawnRequest } from './protocol.ts';
import type { StartProcess } from './start-process.ts';
import { allProcesses, processRow, reapedCpu } from './table.ts';
import { Watch, type WatchedLimit } from './watch.ts';

/** How long output is awaited after the child has exited, in case a background process holds it open. */
const DRAIN_MS = 200;
/** How long the pipes get to end once every process that could hold them was killed. */
const AFTER_KILL_MS = 500;
const POLL_MS = 5;
/** A child that lives longer is followed. */
const QUICK_MS = 10;

export interface Child {
  /** Asks the whole group to end, and ends it after `graceMs`. */
  stop(graceMs: number): void;
  /** Ends everything at once. */
  kill(): void;
  pause(): void;
  resume(): void;
}

export interface ChildEvents {
  output(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** Last, once: nothing of the child is alive any more. */
  ended(ending: Ending): void;
}

export function startChild(
  request: SpawnRequest,
  marker: string,
  fifos: FifoPool,
  start: StartProcess,
  events: ChildEvents,
): Child {
  const pipes = [fifos.take(), fifos.take()] as const;
  const group = pidsGroupFor(request.limits?.processes);
  const argv = group?.enter(request.argv) ?? request.argv;
  const started = start({ ...request, argv }, marker, pipes);
  const { pid } = started;
  for (const fifo of pipes) closeWriteEnd(fifo);
  // Once it is reaped, nothing tells its own figures any more.
  let cpuMs: number | undefined;
  const atEnd = (): void => {
    if (pid !== undefined) cpuMs = processRow(pid)?.cpuMs ?? cpuMs;
  };
  const unwanted: { stdout?: number; stderr?: number } = {};
  const taker = (stream: 'stdout' | 'stderr'): ((chunk: Buffer) => void) => {
    let room = request.wanted?.[stream] ?? Number.POSITIVE_INFINITY;
    return (chunk) => {
      const wanted = room >= chunk.length ? chunk : chunk.subarray(0, room);
      room -= wanted.length;
      if (wanted.length > 0) events.output(stream, wanted);
      if (wanted !== chunk) unwanted[stream] = (unwanted[stream] ?? 0) + chunk.length - wanted.length;
    };
  };
  const outlets = [
    new Outlet(pipes[0]?.readEnd ?? started.stdout ?? undefined, taker('stdout'), atEnd),
    new Outlet(pipes[1]?.readEnd ?? started.stderr ?? undefined, taker('stderr'), atEnd),
  ] as const;
  const ends = Promise.all(outlets.map(({ ended }) => ended));
  // What it prints is shown as it comes, unless it ends before anybody could see the difference.
  const patience = setTimeout(() => {
    outlets.forEach((outlet) => outlet.follow());
    watch?.glimpse();
  }, QUICK_MS);
  if (request.limits?.processes !== undefined) letOthersFirst(pid);
  let exceeded: WatchedLimit | undefined;
  const watch =
    pid !== undefined
      ? new Watch(
          pid,
          request.limits ?? {},
          (limit) => {
            exceeded = limit;
            killAll(pid, marker, 'SIGKILL');
          },
          () => group?.isExceeded() === true,
        )
      : undefined;
  let stopping: { until: number } | undefined;
  let over = false;
  const isDrained = (): boolean => outlets.every(({ isOver }) => isOver);

  async function see(): Promise<Ending> {
    const ending = await started.ended;
    clearTimeout(patience);
    if (ending.kind !== 'failed') {
      // Asked for every one, since it tells of all since it was asked last.
      const reapedMs = ending.cpuMs === undefined ? reapedCpu() : undefined;
      cpuMs = ending.cpuMs ?? cpuMs ?? reapedMs;
    }
    outlets.forEach((outlet) => outlet.drain());
    if (ending.kind === 'failed') {
      await group?.close();
      return ending;
    }
    if (stopping !== undefined && pid !== undefined) await groupGone(pid, stopping.until);
    else if (!isDrained()) await soon(ends, DRAIN_MS);
    const leader = ending.isLast === true ? undefined : pid;
    if (killAll(leader, marker, 'SIGKILL', pid)) await allGone(pid, marker);
    watch?.stop();
    if (group?.isExceeded() === true) exceeded ??= 'processes';
    await group?.close();
    const atLeast = Math.max(cpuMs ?? 0, watch?.spent.cpuMs ?? 0);
    const spent = { ...watch?.spent, ...((cpuMs ?? watch) !== undefined && { cpuMs: atLeast }) };
    return { ...ending, spent, ...(exceeded !== undefined && { over: exceeded }) };
  }

  void see().then(async (ending) => {
    const ended = isDrained() || (await soon(ends, AFTER_KILL_MS));
    over = true;
    if (!ended) for (const outlet of outlets) outlet.destroy();
    pipes.forEach((fifo, i) => fifo?.release(outlets[i]!.isReadEndOpen ? 'unused' : ended ? 'closed' : 'held'));
    events.ended(ending.kind === 'failed' ? ending : { ...ending, unwanted });
  });

  return {
    stop(graceMs) {
      if (over || stopping !== undefined || pid === undefined) return;
      stopping = { until: performance.now() + graceMs };
      if (request.sandboxed === true) askInside(pid, marker);
      else killAll(pid, marker, 'SIGTERM');
      setTimeout(() => over || killAll(pid, marker, 'SIGKILL'), graceMs);
    },
    kill() {
      if (!over && pid !== undefined) killAll(pid, marker, 'SIGKILL');
    },
    pause: () => outlets.forEach((outlet) => outlet.pause()),
    resume: () => outlets.forEach((outlet) => outlet.resume()),
  };
}

/** Who may start processes without end must not keep the spawner from seeing it. */
function letOthersFirst(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
}

/** Whether `promise` is done within the time. */
function soon(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** What was sent SIGKILL is gone a moment later, unless the system itself holds it. */
async function allGone(leader: number | undefined, marker: string): Promise<void> {
  if (leader !== undefined) await groupGone(leader, performance.now() + AFTER_KILL_MS);
  const until = performance.now() + AFTER_KILL_MS;
  while (escapees(marker, leader).length > 0 && performance.now() < until) await sleep(POLL_MS);
}

/** Signals the group and, looked up by their marker, those who left it; `since` narrows that search. Whether there was anybody. */
function killAll(leader: number | undefined, marker: string, signal: 'SIGTERM' | 'SIGKILL', since?: number): boolean {
  let any = leader !== undefined && signalGroup(leader, signal);
  if (any && leader !== undefined && signal === 'SIGTERM') signalGroup(leader, 'SIGCONT');
  // A process may fork between being found and being killed: look again until nobody is left.
  for (let round = 0; round < 5; round++) {
    const found = escapees(marker, since).filter((pid) => signalProcess(pid, signal));
    if (found.length === 0) break;
    any = true;
    if (signal === 'SIGTERM') break;
  }
  return any;
}

/** The first process of a sandbox heeds no signal but SIGKILL, and the one outside must live. */
function askInside(leader: number | undefined, marker: string): void {
  const grouped = allProcesses().flatMap(({ pid, group }) => (group === leader ? [pid] : []));
  const inside = new Set([...grouped, ...escapees(marker)]);
  inside.delete(leader ?? 0);
  for (const pid of inside) if (signalProcess(pid, 'SIGTERM')) signalProcess(pid, 'SIGCONT');
}

function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  return signalProcess(-leader, signal);
}

function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
