// A run on a fake pool: what starts when, what a failure means, and how a run is stopped.
import { describe, expect, it } from 'vitest';
import { decode } from '../../runners/value.ts';
import { graph, step, workflowOf } from '../support/graph.ts';
import { rig, settleDown } from '../support/rig.ts';

describe('modes', () => {
  it('runs one step at a time in plan order when sequential', async () => {
    const { run, story, pool } = rig();
    await run(['a -> b -> d', 'a -> c'], { mode: 'sequential' });
    expect(story).toEqual(['start a', 'ok a', 'start b', 'ok b', 'start c', 'ok c', 'start d', 'ok d', 'succeeded']);
    expect(pool.mostAtOnce).toBe(1);
  });

  it('runs a level at once when parallel, and the next when all of it has settled', async () => {
    const { run, story } = rig();
    await run(['a -> b -> d', 'a -> c'], { mode: 'parallel' });
    expect(story).toEqual([
      'level 0',
      'start a',
      'ok a',
      'level 1',
      'start b',
      'start c',
      'ok b',
      'ok c',
      'level 2',
      'start d',
      'ok d',
      'succeeded',
    ]);
  });

  it('never has more steps in flight than the cap', async () => {
    const { run, pool } = rig();
    await run(
      Array.from({ length: 20 }, (_, i) => `s${i}`),
      { mode: 'work-stealing', maxParallelSteps: 3 },
    );
    expect(pool.mostAtOnce).toBe(3);
  });

  it('hands a step the outputs of its direct dependencies only', async () => {
    const { run, pool } = rig();
    await run(['a -> b -> c'], { mode: 'parallel' });
    const inputs = pool.jobs.find((job) => job.step === 'c')!.inputs;
    expect([...inputs].map(([name, value]) => [name, decode(value)])).toEqual([['b', 'b']]);
  });
});

describe('a failed step', () => {
  it('lets nothing new start by default, and what runs finish', async () => {
    const { start, story, pool } = rig({ b: 'fail', c: 'hang' });
    const { finished } = start(['a -> b', 'a -> c', 'b -> d', 'c -> e'], { mode: 'work-stealing' });
    await settleDown();
    pool.release('c');
    expect((await finished).status).toBe('failed');
    expect(story.slice(-5)).toEqual(['fail b', 'skip d (b)', 'skip e (b)', 'ok c', 'failed']);
  });

  it('stops its siblings in mode kill', async () => {
    const { run, story } = rig({ b: 'fail', c: 'hang' });
    await run(['a -> b', 'a -> c -> d'], { mode: 'parallel', failureMode: 'kill' });
    expect(story.slice(-4)).toEqual(['fail b', 'skip d (b)', 'cancel c', 'failed']);
  });

  it('stops only what depends on it in mode continue', async () => {
    const { run, story } = rig({ b: 'fail' });
    const record = await run(['a -> b -> d -> f', 'a -> c -> e'], { mode: 'parallel', failureMode: 'continue' });
    expect(record.status).toBe('failed');
    expect(story).toContain('ok e');
    expect(record.steps.get('f')).toMatchObject({ status: 'skipped', skipped: { kind: 'dependency', step: 'b' } });
  });
});

describe('retries', () => {
  const retrying = (retries: number): ReturnType<typeof workflowOf> =>
    workflowOf([step('a', [], { retry: { retries, delayMs: 1 } }), step('b', ['a'])]);

  it('tries again until the step succeeds, with the number of the attempt in its job', async () => {
    const { run, story, pool } = rig({ a: ['fail', 'fail', 'succeed'] });
    const record = await run(retrying(3));
    expect(record.status).toBe('succeeded');
    expect(story.filter((line) => line.endsWith(' a'))).toEqual([
      'start a',
      'retry a',
      'start a',
      'retry a',
      'start a',
      'ok a',
    ]);
    expect(pool.jobs.map((job) => job.attempt)).toEqual([1, 2, 3, 1]);
    expect(record.steps.get('a')?.attempt).toBe(3);
  });

  it('gives up after the last', async () => {
    const { run, pool } = rig({ a: 'fail' });
    expect((await run(retrying(2))).status).toBe('failed');
    expect(pool.started).toEqual(['a', 'a', 'a']);
  });

  it('does not try again what could not end otherwise', async () => {
    const missing = { ok: false, failure: { reason: 'runtime-missing', message: 'no' }, warnings: [] } as const;
    const { run, pool } = rig({ a: () => missing });
    await run(retrying(2));
    expect(pool.started).toEqual(['a']);
  });

  it('stops waiting for the next attempt when the run is stopped', async () => {
    const { start, story } = rig({ a: 'fail' });
    const run = start(workflowOf([step('a', [], { retry: { retries: 1, delayMs: 60_000 } })]));
    await settleDown();
    run.stop();
    expect((await run.finished).status).toBe('cancelled');
    expect(story).toEqual(['start a', 'retry a', 'cancel a', 'cancelled']);
  });
});

describe('stopping', () => {
  it('cancels what runs and skips the rest', async () => {
    const { start, story } = rig({ b: 'hang' });
    const run = start(['a -> b -> c'], { mode: 'sequential' });
    await settleDown();
    run.stop();
    run.stop();
    expect((await run.finished).status).toBe('cancelled');
    expect(story).toEqual(['start a', 'ok a', 'start b', 'skip c (cancelled)', 'cancel b', 'cancelled']);
  });

  it('starts nothing of a step whose start was the reason to stop', async () => {
    const { start, engine, pool } = rig({ a: 'hang', b: 'hang' });
    engine.watch({ onEvent: ({ kind }) => kind === 'step-started' && run.stop() });
    const run = start(['a'], {});
    await settleDown();
    run.stop();
    expect((await run.finished).status).toBe('cancelled');
    expect(pool.running).toEqual([]);
  });

  it('happens by an AbortSignal, also one that is aborted already', async () => {
    const { start } = rig({ a: 'hang' });
    const controller = new AbortController();
    const run = start(['a'], { signal: controller.signal });
    await settleDown();
    controller.abort();
    expect((await run.finished).status).toBe('cancelled');
    expect((await start(['b -> c'], { signal: AbortSignal.abort() }).finished).steps.get('c')?.status).toBe('skipped');
  });

  it('happens when the time for the whole run is over, which is a failure', async () => {
    const { run } = rig({ a: 'hang' });
    const record = await run(['a -> b'], { timeoutMs: 20 });
    expect(record).toMatchObject({ status: 'failed', stopped: 'timed-out' });
    expect(record.steps.get('b')?.skipped).toEqual({ kind: 'stopped', reason: 'timed-out' });
  });

  it('ends every run when the engine is disposed of, and the pool with it', async () => {
    const { engine, start, pool } = rig({ a: 'hang' });
    const run = start(['a']);
    await engine[Symbol.asyncDispose]();
    expect((await run.finished).status).toBe('cancelled');
    expect(pool.disposed).toBe(true);
  });
});

it('tells each step once how it ended, and the run last', async () => {
  const { run, events } = rig({ c: 'fail' });
  await run(graph('a -> b -> c -> d', 'a -> e'), { mode: 'work-stealing', failureMode: 'continue' });
  const ends = events.filter((event) => /^step-(succeeded|failed|cancelled|skipped)$/.test(event.kind));
  expect(ends.map((event) => ('step' in event ? event.step : '')).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(events.at(-1)?.kind).toBe('run-settled');
});
