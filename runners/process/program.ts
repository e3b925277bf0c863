/** Finds host programs. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where shells look when `PATH` is not set. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** A program that was there is not looked at again for so long. */
const TRUSTED_MS = 1000;

const found = new Map<string, { readonly program: string; seen: number }>();

/** Absolute path of the first of `names` that can be run: each a path, or looked up in `path` (a `PATH`). */
export function findProgram(names: readonly string[], path: string | undefined): string | undefined {
  const key = JSON.stringify([names, path]);
  const known = found.get(key);
  const now = performance.now();
  if (known !== undefined) {
    if (now - known.seen < TRUSTED_MS) return known.program;
    if (canRun(known.program)) {
      known.seen = now;
      return known.program;
    }
  }
  const directories = (path ?? DEFAULT_PATH).split(delimiter).filter(isAbsolute);
  for (const name of names) {
    const places = name.includes('/') ? [name] : directories.map((directory) => join(directory, name));
    const program = places.find(canRun);
    if (program === undefined) continue;
    found.set(key, { program, seen: now });
    return program;
  }
  return undefined;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
