/** Finds files by patterns: `*` and `?` within a name, `**` for any folders, `{a,b}` for either. */
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';

/** Paths of regular files relative to `cwd`, sorted, each once. Folders that are links are entered where they are named only. */
export function filesMatching(patterns: readonly string[], cwd: string): string[] {
  const found = new Set<string>();
  for (const pattern of patterns.flatMap(alternatives)) {
    const parts = normalize(pattern).split('/');
    const magic = parts.findIndex((part) => /[*?]/.test(part));
    if (magic === -1) {
      if (isFile(join(cwd, pattern), pattern)) found.add(normalize(pattern));
      continue;
    }
    const fixed = parts.slice(0, magic).join('/');
    walk(cwd, pattern.startsWith('/') && fixed === '' ? '/' : fixed, parts.slice(magic), found);
  }
  return [...found].sort();
}

/** Whether a pattern, by what it says, may name files outside the directory where it starts. */
export function leadsOut(pattern: string): boolean {
  return alternatives(pattern).some((path) => /^(?:\/|\.\.(?:\/|$))/.test(normalize(path)));
}

/** Those of `paths`, relative to `cwd`, that lie in it when all links are followed. */
export function filesWithin(cwd: string, paths: readonly string[]): string[] {
  const root = join(realpathSync(cwd), sep);
  return paths.filter((path) => {
    try {
      return realpathSync.native(join(cwd, path)).startsWith(root);
    } catch {
      return false; // It is gone since it was found.
    }
  });
}

function walk(cwd: string, folder: string, [part, ...rest]: string[], found: Set<string>): void {
  if (part === '**') walk(cwd, folder, rest.length === 0 ? ['*'] : rest, found);
  const matches = new RegExp(`^${part === '**' ? '.*' : expression(part!)}$`);
  for (const entry of entriesOf(absolute(cwd, folder))) {
    const path = folder === '' ? entry.name : join(folder, entry.name);
    if (part === '**') {
      if (entry.isDirectory()) walk(cwd, path, ['**', ...rest], found);
    } else if (matches.test(entry.name) && (part!.startsWith('.') || !entry.name.startsWith('.'))) {
      if (rest.length > 0) {
        if (entry.isDirectory()) walk(cwd, path, rest, found);
      } else if (isFile(absolute(cwd, path), path)) found.add(path);
    }
  }
}

function absolute(cwd: string, path: string): string {
  return path.startsWith('/') ? path : join(cwd, path);
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isFile(path: string, asWritten: string): boolean {
  const target = asWritten.startsWith('/') ? asWritten : path;
  return statSync(target, { throwIfNoEntry: false })?.isFile() ?? false;
}

function expression(part: string): string {
  return part
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
}

function alternatives(pattern: string): string[] {
  const [whole, choices] = /\{([^{}]*)\}/.exec(pattern) ?? [];
  if (whole === undefined) return [pattern];
  return choices!.split(',').flatMap((choice) => alternatives(pattern.replace(whole, () => choice)));
}
