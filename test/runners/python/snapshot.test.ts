/** The cache that makes Python start early: trusted only when whole, written at once or not at all. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boot } from '../../../runners/python/boot.ts';
import { writeSnapshot } from '../../../runners/python/snapshot.ts';
import { PythonRig } from './rig.ts';
import { deliver, emptyLetter } from '../../../runners/setup-letter.ts';

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

test('snapshots of other versions go when nobody has used them for a month, and one that is used stays', async () => {
  await boot(cacheDir, '');
  const [ours] = cached();
  const days = (count: number): Date => new Date(Date.now() - count * 24 * 3_600_000);
  for (const [name, age] of [
    ['node18-0000000000000000.snapshot', 31],
    ['node18-1111111111111111.snapshot', 29],
    ['notes.txt', 400],
  ] as const) {
    writeFileSync(join(cacheDir, 'python', name), '');
    utimesSync(join(cacheDir, 'python', name), days(age), days(age));
  }
  utimesSync(join(cacheDir, 'python', ours!), days(40), days(40));
  expect((await boot(cacheDir, '')).fromSnapshot).toBe(true);
  expect(Date.now() - statSync(join(cacheDir, 'python', ours!)).mtimeMs).toBeLessThan(60_000);
  writeSnapshot(join(cacheDir, 'python', 'node99-2222222222222222.snapshot'), new Uint8Array(8));
  expect(new Set(cached())).toEqual(
    new Set(['node18-1111111111111111.snapshot', ours, 'node99-2222222222222222.snapshot', 'notes.txt']),
  );
}, 60_000);

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
  const worker = createRequire(import.meta.url).resolve('#worker');
  const source = `
    import(${JSON.stringify(pathToFileURL(worker).href)}).then(async (worker) => {
      const { parentPort } = require('node:worker_threads');
      const run = await (worker.default.default ?? worker.default);
      const origin = { file: 'w.lua', line: 1, verbatim: true };
      const script = { kind: 'code', code: 'print("live")\\ndef run(inputs): return inputs["a"]', origin };
      const job = { step: 's', script, inputs: new Map([['a', Buffer.from('[5.0]')]]), env: {}, packages: [], limits: { output: 100 } };
      const { outcome } = await run({ id: 1, job, announce: false });
      parentPort.postMessage({ output: Buffer.from(outcome.output).toString() });
    });`;
  const letter = emptyLetter();
  deliver(letter, { language: 'python', runtime: 'embedded', cacheDir, wasi: false, ownsProcess: false });
  const answers = [1, 2].map(async () => {
    const thread = new Worker(source, {
      eval: true,
      workerData: letter,
    });
    const messages: object[] = [];
    await new Promise<void>((resolve, reject) => {
      thread.on('message', (message: object) => {
        messages.push(message);
        if ('output' in message) resolve();
      });
      thread.once('error', reject);
    });
    await thread.terminate();
    return messages;
  });
  const expected = [expect.objectContaining({ lines: [{ stream: 'stdout', text: 'live' }] }), { output: '[5.0]' }];
  expect(await Promise.all(answers)).toEqual([expected, expected]);
  expect(cached().length).toBe(1);
}, 60_000);
