/** Writes a file whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { whyRefused } from '../model/refusal.ts';
import { fail, ok, type Result } from '../model/result.ts';

/** Puts the pieces into a new file beside `path`, then moves it there. The error says why that did not work. */
export function writeWhole(path: string, pieces: readonly (string | Uint8Array)[]): Result<void, string> {
  const draft = `${path}.${process.pid}.tmp`;
  let file: number | undefined;
  try {
    file = openSync(draft, 'wx');
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    }
    fsyncSync(file);
    closeSync(file);
    file = undefined;
    renameSync(draft, path);
    return ok(undefined);
  } catch (error) {
    if (file !== undefined) closeSync(file);
    rmSync(draft, { force: true });
    return fail(whyNot(error, path));
  }
}

/** The file itself need not be there. */
function whyNot(error: unknown, path: string): string {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return isMissing ? `there is no directory "${dirname(path)}"` : whyRefused(error);
}
