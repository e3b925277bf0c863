/** Finds host programs. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where shells look when `PATH` is not set. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

const found = new Map<string, string>();

/** Absolute path of the first of `names` that can be run: each a path, or looked up in `path` (a `PATH`). */
export function findProgram(names: readonly string[], path: string | undefined): string | undefined {
  const key = JSON.stringify([names, path]);
  const known = found.get(key);
  if (known !== undefined && canRun(known)) return known;
  const directories = (path ?? DEFAULT_PATH).split(delimiter).filter(isAbsolute);
  for (const name of names) {
    const places = name.includes('/') ? [name] : directories.map((directory) => join(directory, name));
    const program = places.find(canRun);
    if (program === undefined) continue;
    found.set(key, program);
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
