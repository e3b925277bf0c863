/** Starts the program of a child: by the quickest way that can, else by Node's. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { MARKER } from './escapees.ts';
import type { Fifo } from './fifos.ts';
import { posixSpawn } from './posix-spawn.ts';
import type { PosixSpawn } from './posix-spawn.ts';
import type { SpawnRequest } from './protocol.ts';

/** How a process ended. */
export type ProcessEnd = ((Exited | Killed) & Known) | NeverStarted;
type Exited = { readonly kind: 'exited'; readonly status: number };
type Killed = { readonly kind: 'killed'; readonly signal: string };
interface Known {
  /** Milliseconds of CPU time that it and those it waited for used, where the system told exactly. */
  readonly cpuMs?: number;
  /** Nobody of its group is left, as far as was asked. */
  readonly isLast?: boolean;
}
/** `code` is the system's name of the error. */
type NeverStarted = { readonly kind: 'failed'; readonly code: string };

export interface StartedProcess {
  /** Nothing of one that never started. */
  readonly pid: number | undefined;
  /** Where there were no named pipes for them. */
  readonly stdout?: Readable | null;
  readonly stderr?: Readable | null;
  readonly ended: Promise<ProcessEnd>;
}

/** Gets a request, the value of its marker, and the named pipes for its output. */
export type StartProcess = (
  request: SpawnRequest,
  marker: string,
  pipes: readonly [Fifo | undefined, Fifo | undefined],
) => StartedProcess;

/** After so many starts the quicker way is worth what loading it takes. */
const QUICK_AFTER = 8;

export function processStarter(quickAfter: number = QUICK_AFTER): StartProcess {
  let started = 0;
  let quick: PosixSpawn | undefined;
  return ({ argv, cwd, env }, marker, [stdout, stderr]) => {
    if (started++ === quickAfter) quick = posixSpawn();
    const marked = { ...env, [MARKER]: marker };
    const descriptors = stdout && stderr && ([stdout.writeEnd, stderr.writeEnd] as const);
    return (descriptors && quick?.start(argv, cwd, marked, descriptors)) ?? forked(argv, cwd, marked, [stdout, stderr]);
  };
}

function forked(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  pipes: readonly (Fifo | undefined)[],
): StartedProcess {
  try {
    const stdio = ['ignore' as const, ...pipes.map((fifo) => fifo?.writeEnd ?? ('pipe' as const))];
    const child = spawn(program, args, { cwd, env, stdio, detached: true });
    const ended = new Promise<ProcessEnd>((resolve) => {
      child.once('error', (error) => resolve({ kind: 'failed', code: codeOf(error) }));
      child.once('exit', (status, signal) => {
        resolve(signal === null ? { kind: 'exited', status: status ?? 0 } : { kind: 'killed', signal });
      });
    });
    return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, ended };
  } catch (error) {
    return { pid: undefined, ended: Promise.resolve({ kind: 'failed', code: codeOf(error) }) };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}
