// A bundle starts from V8's form of it, and just as well without it.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../../runners/compiled.ts';

const ROOT = join(import.meta.dirname, '../..');

let home = '';
const file = (): string => join(home, 'sum.cjs');
const form = (): string => join(home, 'sum.v8');

interface Sum {
  readonly sum: (a: number, b: number) => number;
  readonly directory: string;
}

/** Elsewhere, since V8 keeps what it compiled here, whatever lies in the file. */
const COMPILE = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const { Module } = require('node:module');
  const [source, form] = require('node:worker_threads').workerData;
  writeFileSync(form, new (require('node:vm').Script)(Module.wrap(readFileSync(source, 'latin1'))).createCachedData());`;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'hwfe-bundle-'));
  const unlike = `// ${home}`;
  writeFileSync(
    file(),
    `exports.sum = (a, b) => a + b; exports.directory = require('node:path').basename(__dirname); ${unlike}`,
  );
  await once(new Worker(COMPILE, { eval: true, workerData: [file(), form()] }), 'exit');
});
afterEach(() => rmSync(home, { recursive: true }));

describe("a bundle's code", () => {
  it("comes from V8's form of it", () => {
    const { isCompiled, load } = bundle<Sum>(file());
    expect(isCompiled).toBe(true);
    expect(load().sum(2, 3)).toBe(5);
    expect(home).toMatch(new RegExp(`${load().directory}$`));
  });

  it.each<[string, () => void]>([
    ['is missing', () => rmSync(form())],
    ['is empty', () => truncateSync(form())],
    ['is cut short', () => truncateSync(form(), 100)],
    ['is something else', () => writeFileSync(form(), 'x'.repeat(statSync(form()).size))],
    ['is older', () => utimesSync(form(), 1, 1)],
  ])('is compiled anew when that form %s', (_, spoil) => {
    spoil();
    const { isCompiled, load } = bundle<Sum>(file());
    expect(isCompiled).toBe(false);
    expect(load().sum(2, 3)).toBe(5);
  });
});

const node = (args: string[], env: NodeJS.ProcessEnv = process.env): string =>
  execFileSync(process.execPath, args, { encoding: 'utf8', cwd: ROOT, env });

/** In a process of its own, whose V8 has the flags of any. */
const TAKEN = `
  const { readFileSync } = require('node:fs');
  const { Module } = require('node:module');
  const { Script } = require('node:vm');
  for (const form of process.argv.slice(1)) {
    const source = ['cjs', 'js'].map((ending) => form.replace(/v8$/, ending)).find((path) => require('node:fs').existsSync(path));
    const cachedData = readFileSync(form);
    const { cachedDataRejected } = new Script(Module.wrap(readFileSync(source, 'latin1')), { filename: source, cachedData });
    console.log(form, cachedDataRejected ? 'refused' : 'taken');
  }`;

describe('the command', () => {
  it('is built with forms that V8 takes, as are the runners and the pool', () => {
    const forms = (readdirSync(join(ROOT, 'dist'), { recursive: true }) as string[]).filter((path) =>
      path.endsWith('.v8'),
    );
    const paths = forms.sort().map((path) => `dist/${path}`);
    expect(node(['-e', TAKEN, ...paths])).toBe(paths.map((path) => `${path} taken\n`).join(''));
    expect(paths).toContain('dist/src/cli/program.v8');
  });

  it('runs under flags of V8 that its form was not made for', () => {
    expect(node(['--stack-size=900', 'dist/src/cli/main.cjs', 'help'])).toContain('hwfe runs workflows');
  });
});

describe("JavaScript's prepared memory", () => {
  it.each(['C', 'de_DE.UTF-8', 'zh_Hant_TW.UTF-8'])('fits a process of the language %s', (language) => {
    expect(node(['dist/runners/javascript/prepare.cjs', 'check'], { ...process.env, LC_ALL: language })).toBe('');
  });
});
