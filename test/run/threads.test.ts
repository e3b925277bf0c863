// Steps with host processes share threads, and nothing else.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job, Outcome } from '../../runners/contract.ts';
import { launchSpawner, type Spawner } from '../../runners/process/launch.ts';
import type { JobContext } from '../../src/run/pool.ts';
import { PROCESSES_PER_THREAD, Threads } from '../../src/run/threads.ts';
import { runningWith } from '../support/processes.ts';

let spawner: Spawner;
let threads: Threads;
beforeAll(async () => {
  spawner = await launchSpawner();
  threads = new Threads(1);
  threads.setUp({ language: 'shell', runtime: 'native', cacheDir: '', wasi: false, ownsProcess: false });
});
afterAll(async () => {
  await threads.close();
  await spawner[Symbol.asyncDispose]();
});

const context: JobContext = { timeoutMs: undefined, onLines: () => undefined };

function job(code: string): Job {
  return {
    run: 'r',
    step: 's',
    attempt: 1,
    language: 'shell',
    runtime: 'native',
    isolation: 'thread',
    script: { kind: 'code', code, origin: { file: 'w.lua', line: 1, verbatim: true } },
    inputs: new Map(),
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: '/tmp',
    workdir: '/tmp',
    tmp: '/tmp',
    packages: [],
    cacheDir: '',
    limits: { output: 1024 * 1024 },
    spawner: spawner.socket,
  };
}

function start(code: string, more: Partial<JobContext> = {}): ReturnType<Threads['start']> {
  return threads.start(job(code), { ...context, ...more });
}

const outcomeOf = async (running: ReturnType<Threads['start']>): Promise<Outcome> => (await running.finished).outcome;

/** Each thread has a directory of its own. */
async function threadsOf(count: number): Promise<number> {
  const running = Array.from({ length: count }, () => start('sleep 0.4; printf \'{"in": "%s"}\' "${HWFE_INPUTS%/*}"'));
  const outcomes = await Promise.all(running.map(outcomeOf));
  return new Set(outcomes.map((outcome) => (outcome.ok ? Buffer.from(outcome.output).toString() : outcome))).size;
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !what(); i++) await sleep(10);
  expect(what()).toBe(true);
}

test('a thread waits for several processes, and for no more than that', async () => {
  expect(await threadsOf(PROCESSES_PER_THREAD)).toBe(1);
  expect(await threadsOf(PROCESSES_PER_THREAD + 1)).toBe(2);
});

test('a time limit, a stop and a kill end one of them', async () => {
  const mark = `hwfe-test-${process.pid}-shared`;
  const deaf = (name: string): string => `trap "" TERM; exec -a ${mark}-${name} sleep 30`;
  const honest = start('sleep 3; echo \'{"n": 1}\'');
  const late = start(deaf('late'), { timeoutMs: 300 });
  const stopped = start(deaf('stopped'));
  const killed = start(deaf('killed'));
  await until(() => ['late', 'stopped', 'killed'].every((name) => runningWith(`${mark}-${name}`).length === 1));
  stopped.stop();
  killed.kill();
  expect(await outcomeOf(killed)).toMatchObject({ ok: false, failure: { reason: 'cancelled' } });
  await until(() => runningWith(`${mark}-killed`).length === 0);
  // That one does not listen either, and has two seconds.
  expect(runningWith(`${mark}-stopped`)).toHaveLength(1);
  expect(await outcomeOf(stopped)).toMatchObject({ ok: false, failure: { reason: 'cancelled' } });
  expect(await outcomeOf(late)).toMatchObject({ ok: false, failure: { reason: 'timed-out', afterMs: 300 } });
  expect(runningWith(mark)).toEqual([]);
  const last = await outcomeOf(honest);
  expect(last.ok && Buffer.from(last.output).toString()).toBe('{"n":1}');
});
