/** Starts processes by the C library's `posix_spawn`, which copies nothing of the spawner's memory, as `fork` does. */
import { openSync } from 'node:fs';
import { constants } from 'node:os';
import { openCLibrary } from './c-library.ts';
import type { CLibrary } from './c-library.ts';
import type { ProcessEnd, StartedProcess } from './start-process.ts';
import { stringTables } from './string-tables.ts';
import type { StringTable } from './string-tables.ts';
import { countReaped } from './table.ts';

export interface PosixSpawn {
  /**
   * The program is `argv[0]`, and `descriptors` become its standard output and error; its input is empty. It has a
   * session of its own, and no signal is ignored or held back in it.
   * Nothing when this way cannot start it; another may, or may tell why not.
   */
  start(
    argv: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    descriptors: readonly [number, number],
  ): StartedProcess | undefined;
}

/** Among more than so many, asking each whether it has ended would take longer than is gained. */
const MOST_AT_ONCE = 64;

/** Flags of `<spawn.h>`, the same in glibc and musl. */
const [SETSIGDEF, SETSIGMASK, SETSID] = [0x04, 0x08, 0x80];
/** Of `<sys/wait.h>`. */
const WNOHANG = 1;

/** Where each structure lies in a memory of its own; the room of each is more than either library needs. */
const AT = { pid: 0, status: 8, usage: 16, signals: 256, attributes: 512, actions: 1024 } as const;
const SIZE = 1280;

/** Of two names for one number the first is the usual one. */
const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]) => [number, name]),
);

/** Nothing where the C library cannot be called, or lacks a function. */
export function posixSpawn(): PosixSpawn | undefined {
  const library = openCLibrary();
  try {
    return library && callingOn(library);
  } catch {
    return undefined;
  }
}

function callingOn(library: CLibrary): PosixSpawn {
  const { bytes, address } = library.allocate(SIZE);
  const [pidAt, statusAt, usageAt, signals, attributes, actions] = Object.values(AT).map((at) => address + at) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const tables = stringTables(library);
  const nothing = openSync('/dev/null', 'r');
  const running = new Map<number, (end: ProcessEnd) => void>();

  library.call('posix_spawnattr_init', attributes);
  library.call('posix_spawnattr_setflags', attributes, SETSIGDEF | SETSIGMASK | SETSID);
  library.call('sigemptyset', signals);
  library.call('posix_spawnattr_setsigmask', attributes, signals);
  library.call('sigfillset', signals);
  library.call('posix_spawnattr_setsigdefault', attributes, signals);

  function reap(): void {
    for (const [pid, end] of running) {
      const found = library.call('wait4', pid, statusAt, WNOHANG, usageAt);
      if (found === 0) continue;
      if (found !== pid) throw new Error(`Internal error: somebody else saw the end of process ${pid}`);
      running.delete(pid);
      end({ ...readEnd(bytes), isLast: library.call('kill', -pid, 0) !== 0 });
    }
  }
  process.on('SIGCHLD', reap);

  /** Most children come from the same directory and get the lowest free descriptors, hence the same ones. */
  let made: string | undefined;
  function actOn(cwd: string, directory: number, stdout: number, stderr: number): void {
    const wanted = `${stdout} ${stderr} ${cwd}`;
    if (made === wanted) return;
    if (made !== undefined) library.call('posix_spawn_file_actions_destroy', actions);
    library.call('posix_spawn_file_actions_init', actions);
    library.call('posix_spawn_file_actions_adddup2', actions, nothing, 0);
    library.call('posix_spawn_file_actions_adddup2', actions, stdout, 1);
    library.call('posix_spawn_file_actions_adddup2', actions, stderr, 2);
    library.call('posix_spawn_file_actions_addchdir_np', actions, directory);
    made = wanted;
  }
  // The function that changes the directory is a late one: where it is missing, this throws.
  actOn('/', tables.write([['/']])![0]!.first, nothing, nothing);

  return {
    start(argv, cwd, env, [stdout, stderr]) {
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      // A name without a directory is looked for in the step's PATH, which this call does not know.
      if (running.size >= MOST_AT_ONCE || argv[0]?.startsWith('/') !== true) return undefined;
      const laidOut = tables.write([[cwd], argv, variables]);
      if (laidOut === undefined) return undefined;
      const [directory, args, environment] = laidOut as [StringTable, StringTable, StringTable];
      actOn(cwd, directory.first, stdout, stderr);
      const error = library.call(
        'posix_spawn',
        pidAt,
        args.first,
        actions,
        attributes,
        args.address,
        environment.address,
      );
      if (error !== 0) return undefined;
      const pid = bytes.readInt32LE(AT.pid);
      return { pid, ended: new Promise((resolve) => running.set(pid, resolve)) };
    },
  };
}

/** `wait4`'s status and usage; the time is a pair of seconds and microseconds for the program, and one for the system on its behalf. */
function readEnd(bytes: Buffer): Exclude<ProcessEnd, { kind: 'failed' }> {
  const status = bytes.readInt32LE(AT.status);
  const [userS, userUs, systemS, systemUs] = [0, 8, 16, 24].map((at) => bytes.readUInt32LE(AT.usage + at)) as [
    number,
    number,
    number,
    number,
  ];
  const cpuMs = (userS + systemS) * 1000 + (userUs + systemUs) / 1000;
  countReaped(cpuMs);
  const signal = status & 0x7f;
  if (signal === 0) return { kind: 'exited', status: (status >> 8) & 0xff, cpuMs };
  return { kind: 'killed', signal: SIGNALS.get(signal) ?? `signal ${signal}`, cpuMs };
}
