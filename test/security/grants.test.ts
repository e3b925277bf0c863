// Embedded steps and files of the machine: what was not granted is neither read nor written, and the failure says what would grant it.
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunOptions } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';

const SECRET = 'the-secret-of-the-machine-88a2';
const base = mkdtempSync(join(tmpdir(), 'hwfe-test-granted-'));
const project = join(base, 'project');
const secret = join(base, 'secret');
const engine = createEngine({ cwd: project });
beforeAll(() => {
  for (const directory of ['data/deep', 'out', 'private']) mkdirSync(join(project, directory), { recursive: true });
  symlinkSync(secret, join(project, 'data/link'));
  symlinkSync(base, join(project, 'data/up'));
  symlinkSync(base, join(project, 'out/up'));
});
beforeEach(() => {
  for (const path of ['data/a.txt', 'data/deep/b.txt', 'private/key']) writeFileSync(join(project, path), path);
  writeFileSync(secret, SECRET);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(base, { recursive: true });
});

type Language = 'lua' | 'javascript' | 'python';
const LANGUAGES = ['lua', 'javascript', 'python'] as const;

const reads = (path: string): Record<Language, string> => ({
  lua: `function run() return hwfe.read(${JSON.stringify(path)}) end`,
  javascript: `function run() { return hwfe.read(${JSON.stringify(path)}) }`,
  python: `def run(): return hwfe.read(${JSON.stringify(path)})`,
});
const writes = (path: string): Record<Language, string> => ({
  lua: `function run() hwfe.write(${JSON.stringify(path)}, "written") end`,
  javascript: `function run() { hwfe.write(${JSON.stringify(path)}, "written") }`,
  python: `def run(): hwfe.write(${JSON.stringify(path)}, "written")`,
});
const lists = (pattern: string): Record<Language, string> => ({
  lua: `function run() return hwfe.list(${JSON.stringify(pattern)}) end`,
  javascript: `function run() { return hwfe.list(${JSON.stringify(pattern)}) }`,
  python: `def run(): return hwfe.list(${JSON.stringify(pattern)})`,
});

interface Ended {
  readonly output: string | undefined;
  readonly failure: object | undefined;
}

async function run(step: StepDefinition, more: WorkflowDefinition = {}, options: RunOptions = {}): Promise<Ended> {
  const plan = await engine.define({ ...more, steps: { step } });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
  const { output, failure } = (await engine.start(plan.value, options).finished).steps.get('step')!;
  return { output: output && Buffer.from(output).toString(), failure };
}

const PERMISSIONS = { read: ['data/**'], write: ['out/'] };

/** Whether and how each would be reached without a check, by its path from the project. */
const ELSEWHERE = [
  'private/key',
  '../secret',
  secret,
  'data/../private/key',
  'data/../../secret',
  'data/link',
  'data/up/secret',
  'data/up/project/private/key',
  `/proc/self/root${secret}`,
  '/proc/self/environ',
] as const;

describe.each(LANGUAGES)('a %s step', (language) => {
  test('reads, lists and writes what it was granted', async () => {
    const permissions = PERMISSIONS;
    const shown = async (code: string): Promise<string | undefined> =>
      (await run({ language, code, permissions })).output;
    expect(await shown(reads('data/a.txt')[language])).toBe('"data/a.txt"');
    expect(await shown(reads(join(project, 'data/deep/b.txt'))[language])).toBe('"data/deep/b.txt"');
    expect(await shown(lists('data/**')[language])).toBe('["data/a.txt","data/deep/b.txt"]');
    expect(await shown(writes('out/new/file')[language])).toBe('null');
    expect(readFileSync(join(project, 'out/new/file'), 'utf8')).toBe('written');
  });

  test('reads and writes nothing without permissions', { tags: 'attack' }, async () => {
    const read = await run({ language, code: reads('data/a.txt')[language] });
    expect(read.failure).toEqual({
      reason: 'not-granted',
      message: 'The step may not read "data/a.txt" as the permissions of the step do not name it',
      grant: 'permissions = { read = ["data/a.txt"] }',
    });
    const written = await run({ language, code: writes('out/x')[language] });
    expect(written.failure).toMatchObject({ reason: 'not-granted', grant: 'permissions = { write = ["out/x"] }' });
  });

  test.each(ELSEWHERE)('does not read %s', { tags: 'attack' }, async (path) => {
    const { output, failure } = await run({ language, code: reads(path)[language], permissions: PERMISSIONS });
    expect(output).toBeUndefined();
    expect(failure).toMatchObject({ reason: 'not-granted' });
  });

  test.each([...ELSEWHERE, 'data/a.txt', 'out/up/secret', 'out/../private/key', 'out'])(
    'does not write %s',
    { tags: 'attack' },
    async (path) => {
      const { failure } = await run({ language, code: writes(path)[language], permissions: PERMISSIONS });
      expect(failure).toMatchObject({ reason: 'not-granted' });
      expect(readFileSync(secret, 'utf8')).toBe(SECRET);
      expect(readFileSync(join(project, 'private/key'), 'utf8')).toBe('private/key');
      expect(readFileSync(join(project, 'data/a.txt'), 'utf8')).toBe('data/a.txt');
    },
  );

  test.each(['/etc/*', '/**', '../**', 'data/up/*', 'private/*'])(
    'lists nothing of %s',
    { tags: 'attack' },
    async (pattern) => {
      const { output } = await run({ language, code: lists(pattern)[language], permissions: PERMISSIONS });
      for (const path of JSON.parse(output ?? '[]') as string[]) expect(path).toMatch(/^data\/(a|deep\/b)\.txt$/);
    },
  );

  test('does not write through a second name of a file', { tags: 'attack' }, async () => {
    const name = join(project, 'out/name');
    rmSync(name, { force: true });
    linkSync(secret, name);
    expect((await run({ language, code: writes('out/name')[language], permissions: PERMISSIONS })).output).toBe('null');
    expect(readFileSync(secret, 'utf8')).toBe(SECRET);
  });

  test('may get over a denial, and is told no more than that', { tags: 'attack' }, async () => {
    const codes: Record<Language, string> = {
      lua: 'function run() local ok, why = pcall(hwfe.read, "data/link") return why end',
      javascript: 'function run() { try { hwfe.read("data/link") } catch (error) { return error.message } }',
      python: 'def run():\n  try: hwfe.read("data/link")\n  except OSError as error: return str(error)',
    };
    const { output } = await run({ language, code: codes[language], permissions: PERMISSIONS });
    expect(output).toBe('"\\"data/link\\" is not granted to be read"');
  });

  test('can only narrow what its workflow says', { tags: 'attack' }, async () => {
    const code = reads('private/key')[language];
    const wide = { read: '**' };
    expect((await run({ language, code }, { permissions: wide })).output).toBe('"private/key"');
    expect((await run({ language, code, permissions: {} }, { permissions: wide })).failure).toBeDefined();
    const narrow = await run({ language, code, permissions: wide }, { permissions: PERMISSIONS });
    expect(narrow.failure).toMatchObject({
      message: 'The step may not read "private/key" as the permissions of the workflow do not name it',
    });
  });

  test('has what the command line allows, unless it has permissions of its own', async () => {
    const code = reads('private/key')[language];
    const allow = { read: ['private/'] };
    expect((await run({ language, code }, {}, { allow })).output).toBe('"private/key"');
    expect((await run({ language, code, permissions: PERMISSIONS }, {}, { allow })).failure).toBeDefined();
  });

  test('keeps to the limits of memory and of files', { tags: 'attack' }, async () => {
    const permissions = PERMISSIONS;
    const files = await run({ language, code: writes('out/x')[language], permissions, limits: { files: 3 } });
    expect(files.failure).toMatchObject({ reason: 'limit', limit: 'files' });
    writeFileSync(join(project, 'data/large'), new Uint8Array(65 * 1024 * 1024));
    const memory = await run({
      language,
      code: reads('data/large')[language],
      permissions,
      limits: { memory: '64MB' },
    });
    rmSync(join(project, 'data/large'));
    expect(memory.failure).toMatchObject({ reason: 'limit', limit: 'memory' });
  });

  test('reaches no more from a process without rights', { tags: 'attack' }, async () => {
    const step: StepDefinition = { language, isolation: 'process', permissions: PERMISSIONS };
    expect((await run({ ...step, code: reads('data/a.txt')[language] })).output).toBe('"data/a.txt"');
    expect((await run({ ...step, code: reads('private/key')[language] })).failure).toMatchObject({
      reason: 'not-granted',
    });
  });
});

test.each(ELSEWHERE)('without what stops it, %s is there to be read', { tags: 'control' }, (path) => {
  const way = path.startsWith('/') ? path : `${project}/${path}`;
  const contents = readFileSync(way, 'utf8');
  expect(path.endsWith('environ') || [SECRET, 'private/key'].includes(contents)).toBe(true);
});

test('what the second name and the link lead to is overwritten by who writes through them', { tags: 'control' }, () => {
  const name = join(project, 'out/second');
  rmSync(name, { force: true });
  linkSync(secret, name);
  writeFileSync(name, 'overwritten');
  expect(readFileSync(secret, 'utf8')).toBe('overwritten');
  writeFileSync(join(project, 'out/up/secret'), 'again');
  expect(readFileSync(secret, 'utf8')).toBe('again');
  expect(dirname(secret)).toBe(base);
});

test('permissions of steps on the host are a mistake, for they would hold nothing', async () => {
  for (const step of [
    { cmd: 'true', permissions: {} },
    { language: 'python', runtime: 'native', code: 'def run(): pass', permissions: {} },
  ] satisfies StepDefinition[]) {
    const plan = await engine.define({ steps: { step } });
    expect(plan.ok ? [] : plan.error.map(({ code }) => code)).toEqual(['misfit-field']);
  }
});

test('entries of env that the permissions do not name are not seen', async () => {
  const step: StepDefinition = {
    language: 'javascript',
    code: 'function run() { return Object.keys(process.env).sort() }',
    env: { APP_A: '1', APP_B: '2', TOKEN: 'x' },
  };
  expect((await run(step)).output).toBe('["APP_A","APP_B","TOKEN"]');
  expect((await run({ ...step, permissions: { env: ['APP_*'] } })).output).toBe('["APP_A","APP_B"]');
  const both = await run({ ...step, permissions: { env: ['*A', 'TOKEN'] } }, { permissions: { env: 'APP_*' } });
  expect(both.output).toBe('["APP_A"]');
});

test('what the command line allows is added to the workflow, and to no step that says otherwise', async () => {
  const names: StepDefinition = {
    language: 'javascript',
    code: 'function run() { return Object.keys(process.env).sort() }',
    env: { APP_A: '1', APP_B: '2', TOKEN: 'x' },
  };
  const withEnv = { permissions: { env: 'APP_A' } };
  const allow = { env: ['TOK*'] };
  expect((await run(names, withEnv, { allow })).output).toBe('["APP_A","TOKEN"]');
  expect((await run({ ...names, permissions: { env: ['APP_*'] } }, withEnv, { allow })).output).toBe('["APP_A"]');
  const template = { ...names, code: 'function run({ token }) { return token }', inputs: { token: '{{ env.TOKEN }}' } };
  expect((await run(template, withEnv, { allow })).output).toBe('"x"');
  const time: StepDefinition = { language: 'lua', code: 'return os.time() > 0' };
  const none = { permissions: { clock: false, random: false } };
  expect((await run(time, none)).failure).toMatchObject({ reason: 'not-granted' });
  expect((await run(time, none, { allow: { clock: true } })).output).toBe('true');
  expect(
    (await run({ ...time, permissions: { clock: false } }, none, { allow: { clock: true } })).failure,
  ).toMatchObject({ reason: 'not-granted' });
  const chance: StepDefinition = { language: 'lua', code: 'return math.random() < 1' };
  expect((await run(chance, none, { allow: { clock: true } })).failure).toMatchObject({ reason: 'not-granted' });
  expect((await run(chance, none, { allow: { random: true } })).output).toBe('true');
});

test('an embedded step runs no program, and a file may say so', async () => {
  const told = async (programs: readonly string[]): Promise<string[]> => {
    await using engine = createEngine();
    const step = { code: 'return 1', permissions: { run: programs as readonly never[] } };
    const plan = await engine.define({ steps: { step } });
    return plan.ok ? [] : plan.error.map(({ message }) => message);
  };
  expect(await told([])).toEqual([]);
  expect(await told(['git'])).toEqual([
    'Leave "run" in "permissions" of step "step" empty: an embedded step runs no program of the machine; let a shell step run it',
  ]);
});
