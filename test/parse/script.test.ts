/** What a step runs: inline code, a code file, a command, a module; and in which language. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codesOf, diagnosticsOf, folder, pointed, readFile, readToml, stepOf } from './files.ts';

test('a code file is read beside the workflow, and its ending tells the language', async () => {
  const cwd = folder({
    'flows/a.toml': ['py', 'js', 'mjs', 'sh', 'lua'].map((end) => `[steps.${end}]\nfile = "steps/x.${end}"\n`).join(''),
    ...Object.fromEntries(['py', 'js', 'mjs', 'sh', 'lua'].map((end) => [`flows/steps/x.${end}`, `code of ${end}`])),
  });
  const parsed = await readFile(cwd, 'flows/a.toml');
  expect(['py', 'js', 'mjs', 'sh', 'lua'].map((end) => stepOf(parsed, end).language)).toEqual([
    'python',
    'javascript',
    'javascript',
    'shell',
    'lua',
  ]);
  expect(stepOf(parsed, 'py').script).toEqual({
    kind: 'code',
    code: 'code of py',
    origin: { file: 'flows/steps/x.py', line: 1, verbatim: true },
  });
});

test('a code file that is no text file is a mistake of its own', async () => {
  const cwd = folder({
    'a.toml': ['none.py', 'dir', 'big.py', 'latin1.py'].map((file, i) => `[steps.s${i}]\nfile = "${file}"\n`).join(''),
    'big.py': '#'.repeat(8 * 1024 ** 2 + 1),
    'latin1.py': new Uint8Array([0x23, 0xe9]),
  });
  mkdirSync(join(cwd, 'dir'));
  const found = diagnosticsOf(await readFile(cwd, 'a.toml'));
  expect(found.map(({ code }) => code)).toEqual(['code-file', 'code-file', 'code-file', 'code-file']);
  expect(found.map((each) => pointed(each))).toEqual(['"none.py"', '"dir"', '"big.py"', '"latin1.py"']);
});

test('a module is looked up in three places in turn', async () => {
  const flow = '[steps.a]\nmodule = "m.wasm"\nfunc = "go"\nargs = [1, "x"]\n';
  const cwd = folder({ 'flows/a.toml': flow, 'wasm_modules/m.wasm': '\0asm' });
  const script = async (): Promise<unknown> => stepOf(await readFile(cwd, 'flows/a.toml'), 'a').script;
  expect(await script()).toMatchObject({
    kind: 'module',
    path: join(cwd, 'wasm_modules/m.wasm'),
    module: 'm.wasm',
    func: 'go',
    args: [1, 'x'],
  });
  const beside = folder({ 'flows/a.toml': flow, 'flows/m.wasm': '\0asm', 'wasm_modules/m.wasm': '\0asm' });
  expect(stepOf(await readFile(beside, 'flows/a.toml'), 'a').script).toMatchObject({
    path: join(beside, 'flows/m.wasm'),
  });
  const [diagnostic] = diagnosticsOf(await readFile(folder({ 'flows/a.toml': flow }), 'flows/a.toml'));
  expect(diagnostic).toMatchObject({ code: 'module-not-found' });
  expect(diagnostic!.message).toContain('"m.wasm", "flows/m.wasm", "wasm_modules/m.wasm"');
});

test('the original words for languages are known, and lua is the default', async () => {
  for (const [word, language] of [
    ['js', 'javascript'],
    ['node', 'javascript'],
    ['py', 'python'],
    ['bash', 'shell'],
    ['sh', 'shell'],
    ['lua', 'lua'],
  ]) {
    expect(stepOf(await readToml(`[steps.a]\nlanguage = "${word}"\ncode = ""\n`), 'a').language).toBe(language);
  }
  expect(stepOf(await readToml('[steps.a]\ncode = ""\n'), 'a').language).toBe('lua');
});

test.for([
  ['cmd = "x"\nlanguage = "python"', 'misfit-field'],
  ['code = "x"\nlanguage = "wasm"', 'misfit-field'],
  ['code = "x"\nargs = [1]', 'misfit-field'],
  ['code = "x"\npackages = ["numpy"]', 'misfit-field'],
  ['code = "x"\nruntime = "embedded"\npass_env = "*"', 'misfit-field'],
  ['cmd = "x"\nruntime = "embedded"', 'misfit-field'],
  ['file = "x.wasm"', 'misfit-field'],
  ['code = "x"\ncmd = "y"', 'conflicting-fields'],
  ['language = "wasm"', 'missing-code'],
  ['description = "x"', 'missing-code'],
] as const)('%s is %s', async ([fields, code]) => {
  expect(codesOf(await readToml(`[steps.a]\n${fields}\n`))).toContain(code);
});

test('all fields of a step arrive', async () => {
  const parsed = await readToml(`
env = { A = "workflow", B = 1 }
[steps.a]
description = "d"
language = "python"
runtime = "native"
interpreter = "python3.12"
code = "x"
timeout = "1m30s"
retries = 3
retry_delay = 0.5
backoff = { kind = "exponential", base = "500ms", factor = 3, max = "10s", jitter = 0.1 }
env = { A = "step", C = true }
pass_env = ["AWS_*", "HOME"]
working_dir = "data"
packages = "pandas"
limits = { output = "10MB" }
`);
  expect(stepOf(parsed, 'a')).toMatchObject({
    description: 'd',
    runtime: 'native',
    interpreter: 'python3.12',
    timeoutMs: 90_000,
    retry: {
      retries: 3,
      delayMs: 500,
      backoff: { kind: 'exponential', baseMs: 500, factor: 3, maxMs: 10_000, jitter: 0.1 },
    },
    env: { A: 'step', B: '1', C: 'true' },
    passEnv: ['AWS_*', 'HOME'],
    workingDir: 'data',
    packages: ['pandas'],
    limits: { output: { value: 10 * 1024 ** 2, from: 'step' } },
  });
});
