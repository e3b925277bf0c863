// Runs the built command line in a directory of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const MAIN: string = join(import.meta.dirname, '../../dist/src/cli/main.cjs');

export interface Ended {
  /** Exit status, or the signal that ended it. */
  readonly status: number | string;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly ended: Promise<Ended>;
  /** Resolves as soon as standard output and error together match. */
  until(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

export interface Directory {
  readonly path: string;
  write(name: string, text: string): void;
  hwfe(...args: string[]): Promise<Ended>;
  start(args: readonly string[], env?: Record<string, string>): Started;
  /** A line for bash in which `hwfe` is the command. */
  bash(line: string): Promise<Ended>;
  remove(): void;
}

export function directory(files: Record<string, string> = {}): Directory {
  const path = mkdtempSync(join(tmpdir(), 'hwfe-cli-'));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8' };
  const start = (args: readonly string[], more: Record<string, string> = {}): Started =>
    collect(process.execPath, [MAIN, ...args], path, { ...env, ...more });
  return {
    path,
    write,
    start,
    hwfe: (...args) => start(args).ended,
    bash: (line) =>
      collect('bash', ['-c', `hwfe() { "${process.execPath}" "${MAIN}" "$@"; }\n${line}`], path, env).ended,
    remove: () => rmSync(path, { recursive: true }),
  };
}

/** A test that is ended by its time limit leaves nothing running. */
function endWithTest(child: ChildProcess): void {
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  };
  try {
    onTestFinished(end);
  } catch {
    // It was started by no test, but for several.
  }
}

function collect(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Started {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  endWithTest(child);
  let out = '';
  let err = '';
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: code ?? signal ?? 'unknown', out, err }));
  });
  return {
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(out + err)) resolve();
        };
        waiting.push(look);
        look();
        void ended.then(() => reject(new Error(`It ended without ${pattern}:\n${out}${err}`)));
      }),
    signal: (name) => void child.kill(name),
  };
}
