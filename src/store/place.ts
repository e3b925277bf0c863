/** Where a project's history lies. */
import { lstatSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What the setting `store.path` says for "beside the project" and for "nowhere". */
const AUTO = 'auto';
const NONE = 'none';

const NAME = '.hwfe';

/**
 * The absolute path of the directory, which need not exist; nothing where the history is switched off. `auto` is the
 * nearest `.hwfe` at or above `cwd`, else `.hwfe` beside the nearest `.git`, else in `cwd`. What belongs to
 * another user is passed over, so that nobody plants a history in a shared directory.
 */
export function findStore(setting: string, cwd: string): string | undefined {
  if (setting === NONE) return undefined;
  if (setting !== AUTO) return resolve(cwd, setting);
  const above = [...directoriesFrom(cwd)];
  const home =
    above.find((directory) => isOwnDirectory(join(directory, NAME))) ??
    above.find((directory) => isOwn(join(directory, '.git')));
  return join(home ?? cwd, NAME);
}

function* directoriesFrom(start: string): Generator<string> {
  for (let directory = resolve(start); ; directory = dirname(directory)) {
    yield directory;
    if (directory === dirname(directory)) return;
  }
}

function isOwnDirectory(path: string): boolean {
  return isOwn(path) && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function isOwn(path: string): boolean {
  try {
    const { uid } = lstatSync(path);
    return process.getuid === undefined || uid === process.getuid();
  } catch {
    return false;
  }
}
