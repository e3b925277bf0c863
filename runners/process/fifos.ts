/** Named pipes for the output of children: Node's own are sockets, which `> /dev/stderr` cannot reopen. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

const BATCH = 8;

export interface Fifo {
  /** To be handed to a child, then closed. */
  readonly writeEnd: number;
  /** Does not block. */
  readonly readEnd: number;
  /** Takes it back once the read end is closed; `reusable` is false when somebody may still hold the write end. */
  release(reusable: boolean): void;
}

export interface FifoPool {
  /** Nothing where the machine cannot make named pipes. */
  take(): Fifo | undefined;
}

export function fifoPool(directory: string, prefix: string): FifoPool {
  const free: string[] = [];
  let made = 0;
  let possible = true;

  function make(): void {
    const paths = Array.from({ length: BATCH }, () => join(directory, `${prefix}${made++}`));
    possible = spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' }).status === 0;
    if (possible) free.push(...paths);
  }

  return {
    take() {
      if (possible && free.length === 0) make();
      const path = free.pop();
      if (path === undefined) return undefined;
      const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const writeEnd = openSync(path, constants.O_WRONLY);
      return {
        writeEnd,
        readEnd,
        release(reusable) {
          if (reusable) free.push(path);
          else unlinkSync(path);
        },
      };
    },
  };
}

export function closeWriteEnd(fifo: Fifo | undefined): void {
  if (fifo !== undefined) closeSync(fifo.writeEnd);
}
