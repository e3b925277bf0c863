/** The files of runs that are parked: kept beside the history until the run goes on. */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Gives where they are now. */
export function keepFiles(directory: string, run: string, from: string): string {
  const room = join(directory, 'parked');
  const to = join(room, run);
  mkdirSync(room, { recursive: true, mode: 0o700 });
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch {
    // Another file system.
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    rmSync(from, { recursive: true, force: true });
  }
  return to;
}

/** Of runs that go on no more. */
export function forgetFiles(directory: string, isWanted: (run: string) => boolean): void {
  const room = join(directory, 'parked');
  let names: string[] = [];
  try {
    names = readdirSync(room);
  } catch {
    return;
  }
  for (const name of names) if (!isWanted(name)) rmSync(join(room, name), { recursive: true, force: true });
}
