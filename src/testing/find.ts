/** Finds files of tests. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';

const ENDING = /\.test\.(toml|lua)$/;

export function isSuite(path: string): boolean {
  return ENDING.test(path);
}

/** In sorted order, those in folders below as well; nothing of what is hidden or installed. */
export function suitesIn(directory: string, cwd: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    const entries = readdirSync(resolve(cwd, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (isSuite(entry.name) && entry.isFile()) found.push(path);
    }
  };
  if (statSync(resolve(cwd, directory), { throwIfNoEntry: false })?.isDirectory() === true) walk(directory);
  return found;
}

/** `orders.lua` has `orders.test.toml` or `orders.test.lua`. */
export function suitesOf(workflow: string, cwd: string): string[] {
  const stem = workflow.slice(0, -extname(workflow).length);
  return ['.test.toml', '.test.lua'].map((ending) => stem + ending).filter((path) => existsSync(resolve(cwd, path)));
}

/** The workflow that a file of tests is about: the one it names, else the one of its name beside it, which may not be there. */
export function workflowOf(suite: string, named: string | undefined, cwd: string): string {
  if (named !== undefined) return join(dirname(suite), named);
  const stem = suite.replace(ENDING, '');
  return (
    ['.lua', '.toml'].map((ending) => stem + ending).find((path) => existsSync(resolve(cwd, path))) ?? `${stem}.lua`
  );
}
