// Locks between runs: one at a time, in turn, told to whoever waits, and free when the holder is gone.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { hasLocks } from '../../src/run/has-locks.ts';
import { type HeldLock, takeLock } from '../../src/run/machine-lock.ts';
import { step, workflowOf } from '../support/graph.ts';
import { rig, settleDown } from '../support/rig.ts';

const MAIN = join(import.meta.dirname, '../../dist/src/cli/main.cjs');
const folder = mkdtempSync(join(tmpdir(), 'hwfe-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const uniqueName = (): string => `test ${process.pid} ${count++}`;

async function take(
  name: string,
  run: string,
  taken: string[] = [],
  signal = new AbortController().signal,
): Promise<HeldLock> {
  const got = await takeLock({
    name,
    holder: { pid: process.pid, run },
    onTaken: (by) => void taken.push(by?.run ?? '?'),
    signal,
  });
  if (!got.ok || got.value === undefined) throw new Error('no lock');
  return got.value;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!hasLocks())('a lock', () => {
  it('is had by one at a time, and goes to whoever waited longest', async () => {
    const name = uniqueName();
    const first = await take(name, 'first');
    const order: string[] = [];
    let inside = 0;
    const others = ['a', 'b', 'c', 'd'].map(async (run) => {
      const told: string[] = [];
      const lock = await take(name, run, told);
      inside += 1;
      expect(inside).toBe(1);
      expect(told[0]).toBe('first');
      order.push(run);
      await pause(60);
      inside -= 1;
      lock.release();
    });
    await pause(50);
    first.release();
    await Promise.all(others);
    expect(order[0]).toBe('a');
    expect(order.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of another name is another', async () => {
    const locks = await Promise.all([take(uniqueName(), 'a'), take(uniqueName(), 'b')]);
    for (const lock of locks) lock.release();
  });

  it('is waited for until that is ended', async () => {
    const name = uniqueName();
    const first = await take(name, 'first');
    const abort = new AbortController();
    const second = takeLock({ name, holder: { pid: 1, run: 'x' }, onTaken: () => abort.abort(), signal: abort.signal });
    expect(await second).toEqual({ ok: true, value: undefined });
    first.release();
  });
});

describe.skipIf(!hasLocks())('steps with a lock', () => {
  it('run one after the other, and take no places while they wait', async () => {
    const { pool, start } = rig({ a: 'hang', b: 'hang', c: 'hang', free: 'hang' });
    const lock = { name: uniqueName() };
    const steps = [...['a', 'b', 'c'].map((name) => step(name, [], { lock })), step('free')];
    const run = start(workflowOf(steps), { mode: 'parallel', maxParallelSteps: 2 });
    for (const name of ['a', 'b', 'c']) {
      await until(() => pool.running.includes(name));
      expect(pool.running.toSorted()).toEqual([name, 'free'].toSorted());
      pool.release(name);
    }
    pool.release('free');
    expect((await run.finished).status).toBe('succeeded');
  });

  it('wait for another run, say for which, and fail when that takes too long', async () => {
    const { events, pool, start } = rig({ a: 'hang', b: 'hang' });
    const name = uniqueName();
    const first = start(workflowOf([step('a', [], { lock: { name } })]));
    await until(() => pool.running.includes('a'));
    const second = start(workflowOf([step('b', [], { lock: { name, timeoutMs: 80 } })]));
    const record = await second.finished;
    expect(events.find((event) => event.kind === 'lock-awaited')).toMatchObject({
      step: 'b',
      lock: name,
      holder: { pid: process.pid, run: first.id, step: 'a' },
    });
    expect(record.steps.get('b')?.failure).toEqual({
      reason: 'limit',
      limit: 'lock',
      message: `waited 80ms for the lock "${name}"; process ${process.pid} has it for the run ${first.id}`,
    });
    pool.release('a');
    await first.finished;
  });

  it('give it back when they fail', async () => {
    const { run } = rig({ a: 'fail' });
    const lock = { name: uniqueName() };
    await run(workflowOf([step('a', [], { lock })]));
    expect((await run(workflowOf([step('b', [], { lock })]))).status).toBe('succeeded');
  });

  it('do not wait when their run is stopped', async () => {
    const { pool, start } = rig({ a: 'hang' });
    const lock = { name: uniqueName() };
    const first = start(workflowOf([step('a', [], { lock })]));
    await until(() => pool.running.includes('a'));
    const second = start(workflowOf([step('b', [], { lock })]));
    await pause(30);
    second.stop();
    expect((await second.finished).status).toBe('cancelled');
    first.kill();
    await first.finished;
  });
});

describe.skipIf(!hasLocks())('runs with a lock', () => {
  it('go on one after the other, with their steps that name it too', async () => {
    const { pool, events, start } = rig({ a: 'hang' });
    const lock = { name: uniqueName() };
    const first = start(workflowOf([step('a', [], { lock })], { lock }));
    await until(() => pool.running.includes('a'));
    const second = start(workflowOf([step('b')], { lock }));
    await until(() => events.some((event) => event.kind === 'lock-awaited'));
    await settleDown();
    expect(pool.started).toEqual(['a']);
    pool.release('a');
    expect((await first.finished).status).toBe('succeeded');
    expect((await second.finished).status).toBe('succeeded');
    expect(events.some((event) => event.kind === 'lock-taken' && event.run === second.id)).toBe(true);
  });

  it('fail when they have waited long enough, without having run what always runs', async () => {
    const { pool, events, start } = rig({ a: 'hang' });
    const name = uniqueName();
    const first = start(workflowOf([step('a')], { lock: { name } }));
    await until(() => pool.running.includes('a'));
    const steps = [step('b'), step('clean', ['b'], { runIf: { rule: 'always' } })];
    const second = await start(workflowOf(steps, { lock: { name, timeoutMs: 50 } })).finished;
    expect(second.status).toBe('failed');
    expect(second.failure).toMatchObject({ reason: 'limit', limit: 'lock' });
    expect([...second.steps.values()].map(({ status }) => status)).toEqual(['skipped', 'skipped']);
    expect(events.filter((event) => event.kind === 'run-settled')).toHaveLength(1);
    first.kill();
    await first.finished;
  });

  it.each(['stop', 'kill'] as const)('do not wait after %s', async (how) => {
    const { pool, start } = rig({ a: 'hang' });
    const lock = { name: uniqueName() };
    const first = start(workflowOf([step('a')], { lock }));
    await until(() => pool.running.includes('a'));
    const second = start(workflowOf([step('b'), step('c', ['b'], { runIf: { rule: 'always' } })], { lock }));
    await pause(30);
    second[how]();
    expect((await second.finished).status).toBe('cancelled');
    first.kill();
    await first.finished;
  });
});

describe.skipIf(!hasLocks())('a lock between processes', () => {
  it('is free as soon as its holder is killed, and needs no history', async () => {
    const name = uniqueName();
    const file = join(folder, 'deploy.toml');
    writeFileSync(
      file,
      `lock = "${name}"\n[steps.work]\ncmd = "sleep $SECONDS_TO_WORK"\npass_env = "SECONDS_TO_WORK"\n`,
    );
    const holder = hwfe(file, '600');
    await holder.has((event) => event.kind === 'step-started');
    const waiter = hwfe(file, '0');
    const awaited = await waiter.has((event) => event.kind === 'lock-awaited');
    expect(awaited).toMatchObject({ lock: name, holder: { pid: holder.child.pid } });
    expect(waiter.events.some((event) => event.kind === 'step-started')).toBe(false);
    const killedAt = Date.now();
    holder.child.kill('SIGKILL');
    await waiter.has((event) => event.kind === 'lock-taken');
    expect(Date.now() - killedAt).toBeLessThan(2000);
    expect(await waiter.status).toBe(0);
  });
});

interface Hwfe {
  readonly child: ChildProcess;
  readonly events: RunEvent[];
  readonly status: Promise<number | null>;
  has(is: (event: RunEvent) => boolean): Promise<RunEvent>;
}

function hwfe(file: string, seconds: string): Hwfe {
  const env = { ...process.env, SECONDS_TO_WORK: seconds, TMPDIR: folder };
  const child = spawn(process.execPath, [MAIN, 'run', file, '--json', '--no-store'], { cwd: folder, env });
  const events: RunEvent[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as RunEvent));
  return {
    child,
    events,
    status: new Promise((resolve) => child.on('exit', resolve)),
    async has(is) {
      await until(() => events.some(is));
      return events.find(is)!;
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}
