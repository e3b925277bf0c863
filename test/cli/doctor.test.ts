// What the machine has, and what a workflow needs besides.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from '../../runners/process/program.ts';
import { directory, type Directory } from './rig.ts';

let dir: Directory;
beforeEach(() => {
  dir = directory({
    'plain.lua': 'workflow = { steps = { a = { code = "return 1" } } }',
    'native.lua':
      'workflow = { steps = { a = { language = "python", runtime = "native", code = "def run(): pass" } } }',
    'boxed.lua':
      'workflow = { steps = { a = { cmd = "true", isolation = "os" }, b = { cmd = "true", interpreter = "fish" } } }',
    'secret.lua': 'workflow = { steps = { a = { cmd = "true", secrets = "NO_SUCH_TOKEN" } } }',
    'wrong.lua': 'workflow = { stepz = {} }',
  });
});
afterEach(() => dir.remove());

/** A PATH with bash alone. */
function bare(): string {
  const bin = join(dir.path, 'bin');
  mkdirSync(bin);
  symlinkSync(findProgram(['bash'], process.env['PATH'])!, join(bin, 'bash'));
  return bin;
}

interface Told {
  facts: { subject: string; condition: string; found: string; advice?: string }[];
  languages: {
    language: string;
    enabled: boolean;
    runtime: string;
    isolation: string;
    stricter: string[];
    embedded?: string;
    native?: { condition: string };
  }[];
  unmet?: { code: string; message: string }[];
}

async function told(args: string[], env: Record<string, string> = {}): Promise<{ status: unknown; told: Told }> {
  const { out, status } = await dir.start(['doctor', '--json', ...args], env).ended;
  return { status, told: JSON.parse(out) as Told };
}

test('every fact and every language is told, to people and to programs', async () => {
  const { status, told: all } = await told([]);
  expect(status).toBe(0);
  const subjects = ['node', 'processors', 'memory', 'sandbox', 'process-limits', 'history', 'cache', 'python-snapshot'];
  expect(all.facts.map(({ subject }) => subject)).toEqual(subjects);
  expect(all.languages.map(({ language }) => language)).toEqual(['lua', 'javascript', 'python', 'shell', 'wasm']);
  expect(all.facts[0]!.found).toContain(process.versions.node);
  const { out } = await dir.hwfe('doctor');
  expect(out.split('\n').filter((line) => /^[✓✗!–]/.test(line))).toHaveLength(13);
});

test('what is configured is what is told', async () => {
  const { told: all } = await told(['--set', 'execution.isolation=process', '--set', 'runners.lua.enabled=false']);
  expect(all.languages[0]).toMatchObject({ enabled: false, isolation: 'process' });
  expect(all.languages[0]!.stricter).not.toContain('process');
});

test('a machine without bubblewrap and interpreters is told so, and goes on with what it has', async () => {
  const { status, told: all } = await told([], { PATH: bare() });
  expect(status).toBe(0);
  expect(all.facts.find(({ subject }) => subject === 'sandbox')).toMatchObject({
    condition: 'note',
    advice: expect.stringContaining('Install bubblewrap') as string,
  });
  expect(all.languages.find(({ language }) => language === 'python')).toMatchObject({
    stricter: ['process'],
    native: { condition: 'note', found: 'none' },
  });
});

test('a directory that cannot be made is missing', async () => {
  const { status, told: all } = await told(['--set', 'cache.directory=/proc/nowhere']);
  expect(status).toBe(process.getuid?.() === 0 ? status : 4);
  expect(all.facts.find(({ subject }) => subject === 'cache')!.found).toContain('/proc/nowhere');
});

test.each([
  ['plain.lua', 0, []],
  ['native.lua', 4, ['program-missing']],
  ['boxed.lua', 4, ['program-missing', 'isolation-missing']],
  ['secret.lua', 3, ['missing-secret']],
])('what %s needs besides is told', async (file, status, codes) => {
  const ended = await told(['--for', file], { PATH: bare() });
  expect(ended.told.unmet?.map(({ code }) => code)).toEqual(codes);
  expect(ended.status).toBe(status);
});

test('a file with mistakes is wrong, not lacking', async () => {
  const { status, err } = await dir.hwfe('doctor', '--for', 'wrong.lua');
  expect(status).toBe(2);
  expect(err).toContain('stepz');
});
