/** Every example of the manual pages on shell, Python and native steps runs, and gives what the page says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Language } from '../../runners/contract.ts';
import { load as loadNative } from '../../runners/native/index.ts';
import { load as loadShell } from '../../runners/shell/index.ts';
import { jobOf } from './contract/job.ts';
import { ProcessRig, setupOf, shown } from './process/rig.ts';
import { PythonRig } from './python/rig.ts';

const rig = new ProcessRig();
const python = new PythonRig();
const workdir = mkdtempSync(join(tmpdir(), 'hwfe-test-manual-'));
afterAll(async () => {
  rmSync(workdir, { recursive: true });
  await rig.close();
});

function examples(page: string, tag: string): string[] {
  const text = readFileSync(new URL(`../../docs/languages/${page}.md`, import.meta.url), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${tag}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1]!);
}

async function outside(language: Language, code: string, inputs: Readonly<Record<string, string>>): Promise<unknown> {
  const load = language === 'shell' ? loadShell : loadNative;
  const runner = await load(setupOf(language, 'native'));
  const job = jobOf(language, 'native', { code, inputs, workdir, env: { PATH: process.env['PATH'] ?? '' } });
  return shown((await rig.run(runner, job)).outcome);
}

test('shell', async () => {
  const given = { 'fetch-rows': '{"rows":[],"total":42}', picture: '{"$bytes":"iVBORw0KGgo="}' };
  const outputs = await Promise.all(examples('shell', 'bash').map((code) => outside('shell', code, given)));
  expect(outputs).toEqual([
    '{"lines":3}',
    '{"exit_code":0,"stderr":"","stdout":"total is 42, as in {\\"rows\\":[],\\"total\\":42}"}',
    '[1,2.0,"three"]',
    expect.stringMatching(/^\{"\$file":"hello\.gz","sha256":"[0-9a-f]{64}","size":2\d\}$/),
    '{"size":8}',
  ]);
});

test('embedded Python', async () => {
  const [mean, doubled, report, kinds, ...more] = examples('python', 'python');
  const inputs = { measure: '{"values":[1,2,6]}' };
  expect(await python.output(mean!, { inputs })).toBe('{"largest":6,"mean":3.0}');
  expect(await python.output(doubled!)).toBe('[2,4]');
  expect(await python.output(report!)).toBe('{"day":"2024-02-29","file":"out/report.txt","rows":[1,2.0]}');
  expect(await python.output(kinds!, { workdir })).toBe(
    '{"raw":{"$bytes":"/w=="},"scores":[2.0,0.5],"second":{"id":2,"score":0.5},"size":11}',
  );
  expect(more).toEqual([]);
});

test('native', async () => {
  const code = {
    python: examples('native', 'python'),
    javascript: examples('native', 'javascript'),
    lua: examples('native', 'lua'),
  };
  expect(Object.values(code).map((each) => each.length)).toEqual([1, 1, 1]);
  expect(await outside('python', code.python[0]!, { n: '1' })).toBe('{"done":[2],"here":true}');
  expect(await outside('javascript', code.javascript[0]!, { n: '1' })).toBe('"6b86b273"');
  expect(await outside('lua', code.lua[0]!, { n: '1' })).toBe('{"half":0.5,"n":1}');
});
