// Workflow files and graphs that mean harm, beyond test/parse/hostile.test.ts: names, links, size, files that change.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { directory, type Directory } from '../cli/rig.ts';
import { codesOf, folder, readFile, readLua, readToml } from '../parse/files.ts';

const REFUSED = [
  '..',
  '.',
  '../a',
  'a/b',
  'a\\\\b',
  '-x',
  ' ',
  '',
  'a b',
  'a\\nb',
  'a\\0b',
  '$(id)',
  'x'.repeat(65),
  '\u202Ea',
  'é',
];
const TAKEN = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'CON',
  'NUL',
  'COM1',
  'a..b',
  'then',
  '0',
  '__',
  'length',
  'steps',
];

test.for(REFUSED)('%j is no name of a step, in Lua and in TOML', { tags: 'attack' }, async (name) => {
  const lua = await readLua(`workflow = { steps = { ["${name}"] = { code = "return 1" } } }`);
  expect(lua.ok ? [] : codesOf(lua)).toEqual(name === 'a\\0b' ? expect.anything() : ['bad-name']);
  if (name.includes('\\')) return;
  expect(codesOf(await readToml(`[steps."${name}"]\ncode = "return 1"`))).toEqual(['bad-name']);
});

describe('names that mean something elsewhere mean nothing here', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = createEngine();
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  test.for(TAKEN)('%s', { tags: 'attack' }, async (name) => {
    const steps: Record<string, StepDefinition> = Object.create(null) as Record<string, StepDefinition>;
    steps[name] = { language: 'javascript', code: 'function run() { return 7 }' };
    for (const [language, code] of [
      ['javascript', `function run(inputs) { return [Object.keys(inputs), inputs[${JSON.stringify(name)}]] }`],
      ['lua', `function run(inputs) local k = next(inputs) return { { k }, inputs["${name}"] } end`],
      ['shell', `printf '[["%s"],%s]' '${name}' "$(parse_input '${name}')" > "$HWFE_OUTPUT"`],
    ] as const)
      steps[`reads-${language}`] = { language, code, depends_on: [name] };
    const definition = Object.assign(Object.create(null) as object, { name: 'names', steps });
    const plan = await engine.define(definition);
    if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
    const record = await engine.start(plan.value).finished;
    for (const language of ['javascript', 'lua', 'shell']) {
      const { output, failure } = record.steps.get(`reads-${language}`)!;
      expect(output && Buffer.from(output).toString(), JSON.stringify(failure)).toBe(`[["${name}"],7]`);
    }
  });
});

test('10,000 steps, each after the one before, are read and refused or planned in time', {
  tags: 'attack',
}, async () => {
  const chain = Array.from(
    { length: 10_000 },
    (_, i) => `s${i} = { code = "return 1"${i > 0 ? `, depends_on = "s${i - 1}"` : ''} }`,
  );
  const start = performance.now();
  expect((await readLua(`workflow = { steps = { ${chain.join(', ')} } }`)).ok).toBe(true);
  const ring = [...chain.slice(1), 's0 = { code = "", depends_on = "s9999" }'];
  expect(codesOf(await readLua(`workflow = { steps = { ${ring.join(', ')} } }`))).toEqual(['cycle']);
  expect(performance.now() - start).toBeLessThan(8000);
});

test('every step after every other is refused without a listing of all ways round', { tags: 'attack' }, async () => {
  const names = Array.from({ length: 150 }, (_, i) => `s${i}`);
  const all = names.map((name) => `"${name}"`).join(', ');
  const steps = names.map((name) => `${name} = { code = "", depends_on = { ${all} } }`);
  const found = codesOf(await readLua(`workflow = { steps = { ${steps.join(', ')} } }`));
  expect(new Set(found)).toEqual(new Set(['cycle', 'self-dependency']));
  expect(found.length).toBeLessThan(300);
});

test('code files lead to no pipe, no device and no folder', { tags: 'attack' }, async () => {
  const cwd = folder({ 'a.lua': 'workflow = { steps = { a = { file = "code.lua" } } }' });
  const code = join(cwd, 'code.lua');
  const start = performance.now();
  execFileSync('mkfifo', [code]);
  expect(codesOf(await readFile(cwd, 'a.lua'))).toHaveLength(1);
  execFileSync('rm', [code]);
  symlinkSync('/dev/zero', code);
  expect(codesOf(await readFile(cwd, 'a.lua'))).toHaveLength(1);
  execFileSync('rm', [code]);
  mkdirSync(code);
  expect(codesOf(await readFile(cwd, 'a.lua'))).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(3000);
});

describe('what changes between reading and running', () => {
  let dir: Directory;
  beforeAll(() => {
    dir = directory();
  });
  afterAll(() => dir.remove());

  test('a workflow and its code run as they were read', { tags: 'attack' }, async () => {
    dir.write('code.lua', 'return "read"');
    dir.write('a.lua', 'workflow = { steps = { a = { file = "code.lua" } } }');
    const engine = createEngine({ cwd: dir.path });
    const plan = await engine.load('a.lua');
    if (!plan.ok) throw new Error('it reads well');
    dir.write('code.lua', 'return "changed"');
    dir.write('a.lua', 'workflow = {}');
    const record = await engine.start(plan.value).finished;
    await engine[Symbol.asyncDispose]();
    expect(Buffer.from(record.steps.get('a')!.output!).toString()).toBe('"read"');
  });

  test.for([
    ['a pipe', (path: string): void => void execFileSync('mkfifo', [path])],
    [
      'a folder',
      (path: string): void => {
        mkdirSync(path);
      },
    ],
    ['a device', (path: string): void => symlinkSync('/dev/zero', path)],
    ['nothing', (): void => undefined],
    ['text', (path: string): void => writeFileSync(path, 'nothing of a module')],
  ] as const)('a module that became %s fails its step', { tags: 'attack' }, async ([, make]) => {
    const path = join(dir.path, 'm.wasm');
    execFileSync('rm', ['-rf', path]);
    // (module (func (export "run") (result i32) i32.const 0))
    writeFileSync(path, Buffer.from('0061736d010000000105016000017f030201000707010372756e00000a0601040041000b', 'hex'));
    const engine = createEngine({ cwd: dir.path });
    const plan = await engine.define({ name: 'm', steps: { a: { module: 'm.wasm', timeout: '3s' } } });
    if (!plan.ok) throw new Error('it reads well');
    renameSync(path, `${path}.old`);
    make(path);
    const record = await engine.start(plan.value).finished;
    await engine[Symbol.asyncDispose]();
    expect(['runtime-missing', 'not-runnable']).toContain(record.steps.get('a')!.failure?.reason);
  });
});

test.for(['validate', 'graph', 'list'])('hwfe %s runs nothing of a workflow', { tags: 'attack' }, async (command) => {
  const dir = directory({
    'workflows/a.lua': `workflow = { steps = {
      a = { cmd = "touch made" }, b = { code = "os.execute('touch made')" }, c = { language = "python", code = "open('made', 'w')" } } }`,
  });
  await dir.hwfe(command, ...(command === 'list' ? [] : ['workflows/a.lua']));
  const made = existsSync(join(dir.path, 'made'));
  await dir.hwfe('run', 'workflows/a.lua');
  const madeByRun = existsSync(join(dir.path, 'made'));
  dir.remove();
  expect([made, madeByRun]).toEqual([false, true]);
});
