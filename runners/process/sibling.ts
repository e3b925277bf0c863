/** A second spawner beside the first, for runs that start many processes at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

/** Flags of a spawner's Node: the less memory it touches and the fewer threads it has, the cheaper is each fork; what it does is done before optimising would pay. */
export const LEAN: readonly string[] = ['--max-semi-space-size=1', '--single-threaded', '--no-opt'];

export interface Sibling {
  /** Ends it with all its children. */
  end(): Promise<void>;
}

/** Calls `ready` with its socket once threads may connect to it. */
export function startSibling(directory: string, ready: (socket: string) => void): Sibling {
  const entry = createRequire(import.meta.url).resolve('#spawner');
  const child = spawn(process.execPath, [...LEAN, entry, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.once('data', (line) => ready(String(line).trim()));
  child.stdin.on('error', () => undefined);
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => undefined);
  return {
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
