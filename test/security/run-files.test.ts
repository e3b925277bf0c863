// Embedded steps and the files of their run: whatever a step names or a process plants, nothing outside is reached.
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.ts';
import type { RunRecord } from '../../src/model/record.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';

const SECRET = 'the-secret-of-the-host-71c0';
const base = mkdtempSync(join(tmpdir(), 'hwfe-test-run-files-'));
const secret = join(base, 'secret');
const kept = join(base, 'kept');
const engine = createEngine({ cwd: base });
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(base, { recursive: true });
});
beforeEach(() => {
  rmSync(kept, { recursive: true, force: true });
  writeFileSync(secret, SECRET);
});

type Language = 'lua' | 'javascript' | 'python';
const LANGUAGES = ['lua', 'javascript', 'python'] as const;

/** What a shell step of the run plants in its directory, and the path that leads out of there. */
const WAYS: readonly { readonly name: string; readonly plant?: string; readonly path: string }[] = [
  { name: 'up and out', path: '../secret' },
  { name: 'in, up and out', plant: 'mkdir inner', path: 'inner/../../secret' },
  { name: 'an absolute path', path: secret },
  { name: 'an absolute path through the directory', path: join(kept, '../secret').replace(base, `${kept}/..`) },
  { name: 'a link', plant: `ln -s ${secret} link`, path: 'link' },
  { name: 'a link to a link', plant: `ln -s ${secret} one; ln -s one two`, path: 'two' },
  { name: 'a link to a directory', plant: `ln -s ${base} up`, path: 'up/secret' },
  { name: 'a link to the root', plant: 'ln -s / root', path: `root${secret}` },
  { name: 'a link to an open descriptor', plant: `ln -s /proc/self/root root`, path: `root${secret}` },
];

const refers = (path: string): Record<Language, string> => ({
  lua: `function run() local f = hwfe.file(${JSON.stringify(path)}) return { f:text(), f.path } end`,
  javascript: `function run() { const f = hwfe.file(${JSON.stringify(path)}); return [f.text(), f.path] }`,
  python: `def run():\n  f = hwfe.file(${JSON.stringify(path)})\n  return [f.read_text(), f.path]`,
});
const writes = (path: string): Record<Language, string> => ({
  lua: `function run() return { hwfe.file(${JSON.stringify(path)}, "overwritten") } end`,
  javascript: `function run() { return [hwfe.file(${JSON.stringify(path)}, "overwritten")] }`,
  python: `def run():\n  return [hwfe.file(${JSON.stringify(path)}, "overwritten")]`,
});
const READS: Record<Language, string> = {
  lua: 'function run(inputs) local f = inputs.given if f.text then return { f:text() } end return hwfe.file(f["$file"]):text() end',
  javascript: 'function run({ given: f }) { return f.text ? [f.text()] : hwfe.file(f.$file).text() }',
  python: `def run(inputs):
  f = inputs["given"]
  return [f.read_text()] if hasattr(f, "read_text") else hwfe.file(f["$file"]).read_text()`,
};

async function run(steps: Record<string, StepDefinition>): Promise<RunRecord> {
  const plan = await engine.define({ steps });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
  return engine.start(plan.value, { workdir: kept }).finished;
}

async function attack(step: StepDefinition, plant = 'true', given?: unknown): Promise<string> {
  const record = await run({
    plant: { cmd: `cd "$HWFE_WORKDIR"; ${plant}` },
    given: { language: 'javascript', code: `function run() { return ${JSON.stringify(given ?? null)} }` },
    step: { ...step, depends_on: ['plant', 'given'] },
  });
  const { output, failure } = record.steps.get('step')!;
  expect(failure?.reason).not.toBe('thread-lost');
  return output === undefined ? JSON.stringify(failure) : Buffer.from(output).toString();
}

describe.each(WAYS)('$name', ({ plant, path }) => {
  test.each(LANGUAGES)('is not read by a %s step', { tags: 'attack' }, async (language) => {
    const shown = await attack({ language, code: refers(path)[language] }, plant);
    expect(shown).toMatch(/is not inside of it|is not a file/);
    expect(shown).not.toContain(SECRET);
  });

  test.each(LANGUAGES)('is not read by a %s step that is given it as a file', { tags: 'attack' }, async (language) => {
    const sha256 = createHash('sha256').update(SECRET).digest('hex');
    const shown = await attack({ language, code: READS[language] }, plant, {
      $file: path,
      sha256,
      size: SECRET.length,
    });
    expect(shown).toMatch(/is not inside of it|is not a file/);
    expect(shown).not.toContain(SECRET);
  });

  test.each(LANGUAGES)('is not written by a %s step', { tags: 'attack' }, async (language) => {
    await attack({ language, code: writes(path)[language] }, plant);
    expect(readFileSync(secret, 'utf8')).toBe(SECRET);
  });

  test('is not handed on by a shell step', { tags: 'attack' }, async () => {
    const cmd = `${plant === undefined ? 'true' : `cd "$HWFE_WORKDIR"; ${plant}`}; echo '{"$file":${JSON.stringify(path)}}'`;
    const record = await run({ step: { cmd } });
    expect(record.steps.get('step')!.failure).toMatchObject({ reason: 'output-invalid' });
  });

  test('without what stops it, it is read and written', { tags: 'control' }, async () => {
    await run({ plant: { cmd: `cd "$HWFE_WORKDIR"; ${plant ?? 'true'}` } });
    const way = path.startsWith('/') ? path : `${kept}/${path}`;
    expect(readFileSync(way, 'utf8')).toBe(SECRET);
    writeFileSync(way, 'overwritten');
    expect(readFileSync(secret, 'utf8')).toBe('overwritten');
  });
});

describe.each(LANGUAGES)('in a %s step', (language) => {
  test('a second name of a file is replaced, and the file itself stays', { tags: 'attack' }, async () => {
    await attack({ language, code: writes('name')[language] }, `ln ${secret} name`);
    expect(readFileSync(join(kept, 'name'), 'utf8')).toBe('overwritten');
    expect(readFileSync(secret, 'utf8')).toBe(SECRET);
  });

  test('a pipe is not waited for', { tags: 'attack' }, async () => {
    const shown = await attack({ language, timeout: '20s', code: refers('pipe')[language] }, 'mkfifo pipe');
    expect(shown).toContain('is not a file');
    await attack({ language, timeout: '20s', code: writes('pipe')[language] });
    expect(lstatSync(join(kept, 'pipe')).isFile()).toBe(true);
    expect(readFileSync(join(kept, 'pipe'), 'utf8')).toBe('overwritten');
  });

  test('a process without rights has the engine look at each of them', { tags: 'attack' }, async () => {
    const way = join('..', '..', '..', '..', secret);
    for (const path of [secret, way]) {
      const step: StepDefinition = { language, code: refers(path)[language], isolation: 'process' };
      expect(await attack(step)).toContain('is not inside of it');
      expect(await attack({ ...step, code: writes(path)[language] })).toContain('is not inside of it');
    }
    const linked: StepDefinition = { language, code: refers('link')[language], isolation: 'process' };
    expect(await attack(linked, `ln -s ${secret} link`)).toContain('is not a file');
    await attack({ language, code: writes('link')[language], isolation: 'process' });
    expect(readFileSync(secret, 'utf8')).toBe(SECRET);
  });

  test('a device is not read', { tags: 'attack' }, async () => {
    const shown = await attack({ language, timeout: '20s', code: refers('zero')[language] }, 'ln -s /dev/zero zero');
    expect(shown).toContain('is not a file');
  });

  test('a file of 1 TiB is over the limit of memory, not too much for it', { tags: 'attack' }, async () => {
    const given = { $file: 'huge', sha256: 'a'.repeat(64), size: 2 ** 40 };
    const step: StepDefinition = { language, code: READS[language], limits: { memory: '128MB' } };
    expect(JSON.parse(await attack(step, 'truncate -s 1T huge', given))).toMatchObject({
      reason: 'limit',
      limit: 'memory',
    });
  });

  test('a file that is larger than its value says is not read', { tags: 'attack' }, async () => {
    const given = { $file: 'huge', sha256: 'a'.repeat(64), size: 10 };
    expect(await attack({ language, code: READS[language] }, 'truncate -s 1T huge', given)).toContain('has changed');
  });

  test('a file over the limit of files is not written', { tags: 'attack' }, async () => {
    const step: StepDefinition = { language, code: writes('f')[language], limits: { files: 5 } };
    expect(JSON.parse(await attack(step))).toMatchObject({ reason: 'limit', limit: 'files' });
  });

  test('all files together are held by the limit of memory', { tags: 'attack' }, async () => {
    const codes: Record<Language, string> = {
      lua: 'function run() local s = ("x"):rep(1 << 20) for i = 1, 2000 do hwfe.file("f" .. i, s) end end',
      javascript:
        'function run() { const s = new Uint8Array(1 << 20); for (let i = 0; i < 2000; i++) hwfe.file("f" + i, s) }',
      python: 'def run():\n  s = bytes(1 << 20)\n  for i in range(2000): hwfe.file("f" + str(i), s)',
    };
    const step: StepDefinition = { language, code: codes[language], limits: { memory: '96MB' } };
    expect(JSON.parse(await attack(step))).toMatchObject({ reason: 'limit', limit: 'memory' });
    expect(readdirSync(kept).length).toBeLessThan(100);
  });
});

test('a run whose steps write no file has no directory, and one that does leaves none behind', async () => {
  const codes = ['return 1', 'function run() return hwfe.file("a", "b") end'];
  for (const code of codes) {
    const plan = await engine.define({ steps: { a: { code } } });
    if (!plan.ok) throw new Error('it reads well');
    const record = await engine.start(plan.value).finished;
    expect(record.status).toBe('succeeded');
  }
});
