/** Finds workflow files by name and lists those of the workflow directory. */
import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { oneLine } from '../model/one-line.ts';
import { didYouMean } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { isSuite } from '../testing/find.ts';
import { COMMAND_NAMES } from './names.ts';

type Workflows = Config['workflows'];

/** Folders of the workflow directory in which a bare name is looked up as well. */
const SUBFOLDERS = ['', 'examples', 'templates', 'tests'];

/**
 * The path of the workflow called `name`: as given, or in the workflow directory and its `examples`,
 * `templates` and `tests`, with or without its extension. The error is a sentence.
 */
export function findWorkflow(name: string, { directory, extensions }: Workflows, cwd: string): Result<string, string> {
  const isPath = (path: string): boolean => isFile(resolve(cwd, path));
  const spellings = ['', ...extensions.map((extension) => `.${extension}`)];
  const places = ['', ...SUBFOLDERS.map((folder) => join(directory, folder))];
  for (const place of places) {
    for (const ending of spellings) {
      const path = join(place, name + ending);
      if (isPath(path)) return ok(path);
    }
  }
  const known = [...listWorkflows({ directory, extensions, maxWorkflows: 10_000 }, cwd)].flatMap((path) => {
    const file = basename(path);
    return [file, file.slice(0, -extname(file).length)];
  });
  const looksLikeName = !name.includes('/') && extname(name) === '';
  const suggestion = didYouMean(name, looksLikeName ? [...known, ...COMMAND_NAMES] : known);
  const where = name.includes('/') ? '' : ` here or in "${directory}"`;
  return fail(`There is no workflow file "${oneLine(name)}"${where}${suggestion}`);
}

/** Workflow files of the directory, sorted by name, at most `maxWorkflows`; none if there is no such directory. */
export function listWorkflows({ directory, extensions, maxWorkflows }: Workflows, cwd: string): string[] {
  let names: string[];
  try {
    names = readdirSync(resolve(cwd, directory));
  } catch {
    return [];
  }
  return names
    .filter(
      (name) => !isSuite(name) && extensions.includes(extname(name).slice(1)) && isFile(resolve(cwd, directory, name)),
    )
    .sort()
    .slice(0, maxWorkflows)
    .map((name) => join(directory, name));
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // A folder on the way that this user may not look into.
    return false;
  }
}
