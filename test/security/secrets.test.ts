// What the host's environment holds reaches no step that did not ask for it, and no command line.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directory, MAIN } from '../cli/rig.ts';
import { Target } from './support/target.ts';

let target: Target;
beforeAll(async () => {
  target = await Target.open();
});
afterAll(() => target.close());

test.for([
  ['Lua', 'lua', (name: string) => `function run() return os.getenv("${name}") end`],
  [
    'JavaScript',
    'javascript',
    (name: string) => `function run() { return [process.env.${name} ?? null, process.env] }`,
  ],
  ['shell', 'shell', (name: string) => `printf '"%s"' "$${name}" > "$HWFE_OUTPUT"; env >&2`],
] as const)('a %s step does not see what it was not given', { tags: 'attack' }, async ([, language, code]) => {
  const { aims } = target.canaries;
  const attempt = await target.run({ step: { language, code: code(aims.variable) } });
  expect(attempt.failure).toBeUndefined();
  expect(target.canaries.breaches(attempt.shown)).toEqual([]);
});

test.for([
  ['Lua', 'lua', (name: string) => `function run() return os.getenv("${name}") end`],
  ['JavaScript', 'javascript', (name: string) => `function run() { return process.env.${name} }`],
] as const)('a %s step cannot ask for it with "pass_env"', { tags: 'attack' }, async ([, language, code]) => {
  const { aims } = target.canaries;
  const attempt = await target.run({
    step: { language, code: code(aims.variable), pass_env: '*', runtime: 'embedded' },
  });
  expect(attempt.shown).toContain('which an embedded step does not use');
});

test('a shell step that asks for it by name gets it, and only that', { tags: 'control' }, async () => {
  const { aims } = target.canaries;
  process.env['CANARY_OTHER'] = 'not-asked-for';
  const attempt = await target.run({
    step: { cmd: `printf '"%s"' "$${aims.variable}$CANARY_OTHER" > "$HWFE_OUTPUT"`, pass_env: aims.variable },
  });
  delete process.env['CANARY_OTHER'];
  expect(target.canaries.breaches(attempt.shown)).toEqual(['secret seen']);
  expect(attempt.shown).not.toContain('not-asked-for');
});

test('no process has a variable or an input in its command line', { tags: 'attack' }, async () => {
  const dir = directory({
    'a.lua': `workflow = { env = { TOKEN = "in-the-file-77" }, steps = {
      given = { code = "return 'an-input-77'" },
      a = { cmd = "sleep 1; true", depends_on = "given", pass_env = "TOKEN_OF_HOST" } } }`,
  });
  const child = spawn(process.execPath, [MAIN, 'run', 'a.lua'], {
    cwd: dir.path,
    env: { ...process.env, TOKEN_OF_HOST: 'of-the-host-77' },
    stdio: 'ignore',
  });
  const ended = new Promise((done) => child.once('close', done));
  let looked = 0;
  let running = true;
  void ended.then(() => (running = false));
  while (running) {
    const lines = commandLines();
    expect(lines.filter((line) => /(in-the-file|an-input|of-the-host)-77/.test(line))).toEqual([]);
    if (lines.some((line) => line.includes('sleep 1'))) looked += 1;
    await new Promise((done) => setTimeout(done, 20));
  }
  dir.remove();
  expect(looked).toBeGreaterThan(5);
});

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}
