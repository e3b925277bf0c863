/** Named pipes for the output of children: Node's own are sockets, which `> /dev/stderr` cannot reopen. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

const BATCH = 8;
const MODE: readonly string[] = ['-m', '600'];

export interface Fifo {
  /** To be handed to a child, then closed. */
  readonly writeEnd: number;
  /** Does not block. */
  readonly readEnd: number;
  /** Takes it back: as good as new, with its read end closed, or with somebody who may still hold the write end. */
  release(state: 'unused' | 'closed' | 'held'): void;
}

export interface FifoPool {
  /** Until it has resolved, nothing should be taken; the first ones are made while the spawner's first thread connects. */
  readonly ready: Promise<void>;
  /** Nothing where the machine cannot make named pipes. */
  take(): Fifo | undefined;
}

export function fifoPool(directory: string): FifoPool {
  const free: { readonly path: string; readonly readEnd?: number }[] = [];
  let made = 0;
  let possible = true;

  const batch = (): readonly string[] => Array.from({ length: BATCH }, () => join(directory, `pipe-${made++}`));
  function add(paths: readonly string[], status: number | null): void {
    possible = status === 0;
    if (possible) free.push(...paths.map((path) => ({ path })));
  }
  const first = batch();
  const making = spawn('mkfifo', [...MODE, ...first], { stdio: 'ignore' });

  return {
    ready: new Promise((resolve) => {
      making.once('error', () => resolve(add(first, null)));
      making.once('exit', (status) => resolve(add(first, status)));
    }),
    take() {
      if (possible && free.length === 0) {
        const paths = batch();
        add(paths, spawnSync('mkfifo', [...MODE, ...paths], { stdio: 'ignore' }).status);
      }
      const one = free.pop();
      if (one === undefined) return undefined;
      const { path } = one;
      const readEnd = one.readEnd ?? openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const writeEnd = openSync(path, constants.O_WRONLY);
      return {
        writeEnd,
        readEnd,
        release(state) {
          if (state === 'held') unlinkSync(path);
          else free.push(state === 'unused' ? { path, readEnd } : { path });
        },
      };
    },
  };
}

export function closeWriteEnd(fifo: Fifo | undefined): void {
  if (fifo !== undefined) closeSync(fifo.writeEnd);
}
