/** Host processes end with their step, their thread, their engine: whatever they do against it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import type { Job } from '../../runners/contract.ts';
import { load } from '../../runners/shell/index.ts';
import { jobOf } from './contract/job.ts';
import { ProcessRig, setupOf, shown } from './process/rig.ts';

const rig = new ProcessRig();
afterAll(() => rig.close());

let marks = 0;
/** A number of seconds that no other process sleeps, to find a `sleep` by. */
const mark = (): string => `${1000 + process.pid}.${++marks}`;

function living(needle: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(needle);
    } catch {
      return false;
    }
  });
}

async function gone(needle: string): Promise<boolean> {
  for (let i = 0; i < 100 && living(needle).length > 0; i++) await sleep(20);
  return living(needle).length === 0;
}

async function alive(needle: string): Promise<void> {
  for (let i = 0; i < 250 && living(needle).length === 0; i++) await sleep(20);
  expect(living(needle)).not.toEqual([]);
}

function job(code: string): Job {
  return jobOf('shell', 'native', { code, env: { PATH: process.env['PATH'] ?? '' } });
}

const BEHAVIOURS: readonly (readonly [string, (seconds: string) => string])[] = [
  ['plain', (s) => `sleep ${s}`],
  ['a shell that ignores SIGTERM', (s) => `trap '' TERM; sleep ${s}`],
  ['grandchildren', (s) => `bash -c 'bash -c "sleep ${s}; :"; :'; :`],
  ['grandchildren that ignore SIGTERM', (s) => `bash -c 'trap "" TERM; bash -c "sleep ${s}; :"; :'; :`],
  ['a child in a session of its own', (s) => `setsid sleep ${s} & sleep ${s}`],
  ['a session of its own that ignores SIGTERM', (s) => `setsid bash -c 'trap "" TERM; sleep ${s}; :' & sleep ${s}`],
  ['stopped children', (s) => `sleep ${s} & kill -STOP $!; sleep ${s}`],
];

describe('a step that is told to stop', () => {
  test.concurrent.each(BEHAVIOURS)('leaves nothing behind: %s', async (_, code) => {
    const seconds = mark();
    const stop = new AbortController();
    const runner = await load(setupOf('shell', 'native'));
    const ended = rig.run(runner, job(code(seconds)), stop.signal);
    await alive(seconds);
    const started = performance.now();
    stop.abort();
    expect(shown((await ended).outcome)).toEqual({ reason: 'cancelled' });
    expect(performance.now() - started).toBeLessThan(4000);
    expect(living(seconds)).toEqual([]);
  });

  test('has two seconds to clean up', async () => {
    const stop = new AbortController();
    const runner = await load(setupOf('shell', 'native'));
    const seconds = mark();
    const code = `trap 'sleep 0.3; echo cleaned; exit 0' TERM; sleep ${seconds} & wait`;
    const ended = rig.run(runner, job(code), stop.signal);
    await alive(seconds);
    stop.abort();
    // Bash may tell on stderr that its child was terminated.
    const printed = (await ended).lines.filter((line) => line.stream === 'stdout');
    expect(printed.map((line) => line.text)).toEqual(['cleaned']);
  });
});

describe('a step that ends by itself', () => {
  test.each([
    ['a background child that holds its output', (s: string) => `sleep ${s} & echo done`],
    ['a background child that floods its output', (s: string) => `sleep ${s} & yes >&2 & echo done`],
    ['a background child that holds nothing', (s: string) => `sleep ${s} > /dev/null 2>&1 & echo done`],
    ['a child in a session of its own', (s: string) => `setsid sleep ${s} & sleep 0.05; echo done`],
    [
      'one that keeps its output in a session of its own',
      (s: string) => `setsid sleep ${s} > /dev/null 2>&1 & sleep 0.05; echo done`,
    ],
  ])('does not wait for %s, and ends it', async (_, code) => {
    const seconds = mark();
    const runner = await load(setupOf('shell', 'native'));
    const started = performance.now();
    const { outcome } = await rig.run(runner, job(code(seconds)));
    expect(shown(outcome)).toMatch(/^\{"exit_code":0,"stderr":"[yn\\]*","stdout":"done"\}$/);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(living(seconds)).toEqual([]);
  });

  test('gets all that was printed, much and at once', async () => {
    const runner = await load(setupOf('shell', 'native'));
    const { outcome } = await rig.run(runner, job('head -c 30000000 /dev/zero | tr "\\\\0" x; echo end >&2'));
    const output = JSON.parse(String(shown(outcome)));
    expect([output.stdout.length, output.stderr]).toEqual([30_000_000, 'end']);
  });
});

describe('what ends when its owner does', () => {
  const runnerUrl = pathToFileURL(createRequire(import.meta.url).resolve('#worker')).href.replace(
    'worker.cjs',
    'shell/index.cjs',
  );
  const launchUrl = runnerUrl.replace('shell/index.cjs', 'process/launch.js');

  test('a thread that dies takes its processes with it', async () => {
    const seconds = mark();
    const socket = await rig.socket();
    const source = `
      import(${JSON.stringify(runnerUrl)}).then(async ({ load }) => {
        const runner = await load();
        const job = require('node:worker_threads').workerData;
        await runner.run(job, { print() {}, stopped: new AbortController().signal });
      });`;
    const code = `setsid sleep ${seconds} & trap '' TERM; sleep ${seconds}`;
    const thread = new Worker(source, { eval: true, workerData: { ...job(code), spawner: socket } });
    await alive(seconds);
    await thread.terminate();
    expect(await gone(seconds)).toBe(true);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'an engine that dies by %s leaves no process and no file',
    async (signal) => {
      const seconds = mark();
      const source = `
      const { launchSpawner } = await import(${JSON.stringify(launchUrl)});
      const { load } = await import(${JSON.stringify(runnerUrl)});
      const spawner = launchSpawner();
      const socket = await spawner.socket;
      console.log(socket);
      const runner = await load();
      const job = ${JSON.stringify({ ...job(`setsid sleep ${seconds} & trap '' TERM HUP; sleep ${seconds}`), inputs: null })};
      await runner.run({ ...job, inputs: new Map(), spawner: socket }, { print() {}, stopped: new AbortController().signal });`;
      const engine = spawn(process.execPath, ['--input-type=module', '-e', source], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(engine.stdout, 'data');
      const directory = dirname(String(line).trim());
      await alive(seconds);
      expect(existsSync(directory)).toBe(true);
      engine.kill(signal);
      await once(engine, 'exit');
      expect(await gone(seconds)).toBe(true);
      for (let i = 0; i < 100 && existsSync(directory); i++) await sleep(20);
      expect(existsSync(directory)).toBe(false);
      expect(await gone(directory)).toBe(true);
    },
  );

  test('a spawner that is gone is an outcome, and the next job finds its own', async () => {
    const own = new ProcessRig();
    const runner = await load(setupOf('shell', 'native'));
    const seconds = mark();
    const lost = own.run(runner, job(`sleep ${seconds}`));
    await alive(seconds);
    await own.close();
    expect(shown((await lost).outcome)).toMatchObject({ reason: 'thread-lost' });
    expect(await gone(seconds)).toBe(true);
    expect(shown((await rig.run(runner, job('echo again'))).outcome)).toMatch(/again/);
  });
});
