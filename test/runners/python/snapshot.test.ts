/** The cache that makes Python start early: trusted only when whole, written at once or not at all. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boot } from '../../../runners/python/boot.ts';
import { PythonRig } from './rig.ts';

let cacheDir = '';
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'hwfe-test-'));
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

const cached = (): string[] => readdirSync(join(cacheDir, 'python'));

test('the first boot leaves a snapshot, the second starts from it', async () => {
  expect((await boot(cacheDir, '')).fromSnapshot).toBe(false);
  expect(cached()).toEqual([expect.stringMatching(/^node\d+-[0-9a-f]{16}\.snapshot$/)]);
  expect((await boot(cacheDir, '')).fromSnapshot).toBe(true);
}, 60_000);

test.each([
  ['cut short', (path: string) => truncateSync(path, 1_000_000)],
  ['empty', (path: string) => truncateSync(path, 0)],
  [
    'altered in one bit',
    (path: string) => {
      const bytes = readFileSync(path);
      bytes[20_000_000]! ^= 1;
      writeFileSync(path, bytes);
    },
  ],
])(
  'a snapshot that is %s is passed over and replaced',
  async (_, damage) => {
    await boot(cacheDir, '');
    damage(join(cacheDir, 'python', cached()[0]!));
    expect((await boot(cacheDir, '')).fromSnapshot).toBe(false);
    expect(cached().length).toBe(1);
    expect((await boot(cacheDir, '')).fromSnapshot).toBe(true);
  },
  60_000,
);

test('where nothing can be written, steps run all the same', async () => {
  const file = join(cacheDir, 'file');
  writeFileSync(file, '');
  expect(await new PythonRig(file).output('def run(): return 1')).toBe('1');
}, 60_000);

test('interpreters of one snapshot do not share their random numbers', async () => {
  const code = 'import random\ndef run(): return random.random()';
  const seen = new Set<unknown>();
  for (let i = 0; i < 3; i++) seen.add(await new PythonRig(cacheDir).output(code));
  expect(seen.size).toBe(3);
}, 60_000);

test('threads that start at once on an empty cache all run, and leave one snapshot', async () => {
  const runner = join(dirname(createRequire(import.meta.url).resolve('#worker')), 'python', 'index.js');
  const source = `
    import(${JSON.stringify(pathToFileURL(runner).href)}).then(async ({ load }) => {
      const { parentPort, workerData } = require('node:worker_threads');
      const runner = await load({ language: 'python', runtime: 'embedded', cacheDir: workerData, wasi: true });
      const origin = { file: 'w.lua', line: 1, verbatim: true };
      const script = { kind: 'code', code: 'print("live")\\ndef run(inputs): return inputs["a"]', origin };
      const job = { step: 's', script, inputs: new Map([['a', Buffer.from('[5.0]')]]), env: {}, packages: [], limits: { output: 100 } };
      const lines = [];
      const outcome = await runner.run(job, { print: (_, text) => lines.push(text), stopped: new AbortController().signal });
      parentPort.postMessage([Buffer.from(outcome.output).toString(), lines.join('')]);
    });`;
  const answers = [1, 2].map(async () => {
    const thread = new Worker(source, { eval: true, workerData: cacheDir });
    const answer = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
    await thread.terminate();
    return answer;
  });
  expect(await Promise.all(answers)).toEqual([
    ['[5.0]', 'live\n'],
    ['[5.0]', 'live\n'],
  ]);
  expect(cached().length).toBe(1);
}, 60_000);
