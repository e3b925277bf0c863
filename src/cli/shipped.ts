/** The examples that come with the package: what there is, and what each needs beside it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';

export interface Example {
  /** The file's own name. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

const WORKFLOWS: ReadonlySet<string> = new Set(['.lua', '.toml']);

/** Absolute; where the examples are. */
export function examplesDirectory(): string {
  // From src/cli/, dist/src/cli/ and dist/chunks/.
  for (const path of ['../../workflows', '../../../workflows']) {
    const directory = fileURLToPath(new URL(path, import.meta.url));
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return directory;
  }
  throw new Error('Internal error: the package has no workflows');
}

/** Those that run as they are, then those that need a server, each by name. */
export function shippedExamples(directory: string): readonly Example[] {
  return [directory, join(directory, 'examples')].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => WORKFLOWS.has(extname(name)))
      .sort()
      .map((name) => ({ name, path: join(folder, name) })),
  );
}

/** With or without its ending. The error is a sentence. */
export function findExample(examples: readonly Example[], wanted: string): Result<Example, string> {
  const bare = ({ name }: Example): string => name.slice(0, -extname(name).length);
  const found = examples.find(({ name }) => name === wanted) ?? examples.find((example) => bare(example) === wanted);
  if (found !== undefined) return ok(found);
  return fail(`There is no example "${wanted}"${didYouMean(wanted, examples.map(bare)) || '; see: hwfe examples'}`);
}

/** The example's file first, then those that it names, and that these name, by their paths from the example's own directory. */
export function filesOf({ path }: Example): readonly { readonly path: string; readonly place: string }[] {
  const home = dirname(path);
  const others = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const needed = [path];
  for (const file of needed) {
    if (!WORKFLOWS.has(extname(file))) continue;
    const text = readFileSync(file, 'utf8');
    for (const other of others) if (!needed.includes(other) && names(text, basename(other))) needed.push(other);
  }
  return needed.map((file) => ({ path: file, place: relative(home, file).split(sep).join('/') }));
}

/** As a whole word: `each.lua` is not named by `foreach.lua`. */
function names(text: string, file: string): boolean {
  for (let at = text.indexOf(file); at !== -1; at = text.indexOf(file, at + 1)) {
    const [before = '', after = ''] = [text[at - 1], text[at + file.length]];
    if (!/[\w.-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}
