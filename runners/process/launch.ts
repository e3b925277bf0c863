/** Starts the spawner of a run, from the host, before anything large is loaded. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';

/** Of the spawner's Node: the less memory it touches and the fewer threads it has, the cheaper is a fork; what it does is done before optimising would pay. */
const LEAN: readonly string[] = ['--max-semi-space-size=1', '--single-threaded', '--no-opt'];

export interface Spawner extends AsyncDisposable {
  /**
   * Path of the Unix socket on which threads ask for processes: `Job.spawner`, once it is open. Its directory is private and
   * goes with the spawner. Rejects when the spawner ends before.
   */
  readonly socket: Promise<string>;
}

/** Forks it before it returns. Does not keep the engine alive. */
export function launchSpawner(): Spawner {
  const entry = createRequire(import.meta.url).resolve('#spawner');
  const child = spawn(process.execPath, [...LEAN, entry], {
    // A session of its own: a Ctrl-C at the terminal is for the engine, which says what has to stop.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    // Steps can read the environment of their parent process, so it holds nothing of the engine's.
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() },
  });
  const ended = once(child, 'exit');
  const socket = Promise.race([
    once(child.stdout, 'data').then(([line]) => {
      child.stdout.destroy();
      return String(line).trim();
    }),
    ended.then(() => Promise.reject(new Error('The helper process that starts steps ended before it was ready'))),
  ]);
  // Who asks for it is told; nobody may.
  socket.catch(() => undefined);
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return {
    socket,
    async [Symbol.asyncDispose]() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
