/** The paths that a file value may have: below the run's directory, one text for one place. */

/** What Linux takes in a name, and in a path. */
const LONGEST_NAME = 255;
const LONGEST_PATH = 4000;

/** `out/report.pdf`: names between single slashes, none of them `.` or `..`, no NUL. */
export function isFilePath(path: string): boolean {
  if (path.length > LONGEST_PATH || path.includes('\0') || !path.isWellFormed()) return false;
  return path
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= LONGEST_NAME);
}

/** The path as a file value has it, from what a step wrote: relative to `workdir`, or absolute and inside of it. */
export function filePath(given: string, workdir: string): string | undefined {
  const inside = `${workdir}/`;
  const relative = given.startsWith('/') ? (given.startsWith(inside) ? given.slice(inside.length) : undefined) : given;
  if (relative === undefined) return undefined;
  const path = relative
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/');
  return isFilePath(path) ? path : undefined;
}
