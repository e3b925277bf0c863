/** Reads the short files of Linux's `/proc`, for every process that ends: in three calls of the system, without an error object. */
import { closeSync, openSync, readSync } from 'node:fs';

/** `stat` and `loadavg` are one line, `status` some sixty; a program's name is at most 64 bytes of each. */
const buffer: Buffer = Buffer.alloc(4096);

/** Nothing when there is no such file, or no longer. */
export function readProc(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
