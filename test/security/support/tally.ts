// Counts what the batteries hold: the tests of each file that are tagged as attacks, and as controls.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

export interface Tally {
  readonly attacks: number;
  readonly controls: number;
}

const ROOT = join(import.meta.dirname, '../../..');

/** Reads the files and runs no test, in a process of its own, as one file's tests do not see another's. */
const PROGRAM = `
  const { createVitest } = await import('vitest/node');
  const quiet = { watch: false, reporters: [{}], globalSetup: [] };
  const vitest = await createVitest('test', quiet);
  const { testModules } = await vitest.collect(['test/security', 'test/parse/hostile']);
  const tagsOf = (module) => [...module.children.allTests()].flatMap(({ options }) => options.tags ?? []);
  const counts = testModules.map((module) => [module.moduleId, tagsOf(module)]);
  (await import('node:fs')).writeFileSync(process.argv[1], JSON.stringify(counts));
  process.exit(0);`;

/** By the path of the file from the root; without files that have no attacks. */
export function tally(): ReadonlyMap<string, Tally> {
  const directory = mkdtempSync(join(tmpdir(), 'hwfe-tally-'));
  const answer = join(directory, 'answer');
  try {
    execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM, answer], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: directory },
      stdio: 'pipe',
    });
    const files = JSON.parse(readFileSync(answer, 'utf8')) as [string, string[]][];
    const count = (tags: readonly string[], wanted: string): number => tags.filter((tag) => tag === wanted).length;
    return new Map(
      files
        .filter(([, tags]) => tags.includes('attack'))
        .map(([path, tags]) => [
          relative(ROOT, path),
          { attacks: count(tags, 'attack'), controls: count(tags, 'control') },
        ]),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
