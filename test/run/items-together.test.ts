// Quick items go to threads many at once: limits, failures and losses are each item's own all the same.
import { afterAll, describe, expect, it } from 'vitest';
import { decode } from '../../runners/value.ts';
import { createEngine } from '../../src/engine.ts';
import type { RunEvent } from '../../src/model/event.ts';
import type { RunRecord } from '../../src/model/record.ts';
import { ThreadPool } from '../../src/run/thread-pool.ts';
import type { Job } from '../../runners/contract.ts';
import type { JobContext, RunningJob } from '../../src/run/pool.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';

const COUNT = 400;

/** The threads' pool, which remembers how many items each message had. */
class Counting extends ThreadPool {
  readonly sizes: number[] = [];

  override start(job: Job, context: JobContext): RunningJob {
    this.sizes.push(job.items?.indices.length ?? 1);
    return super.start(job, context);
  }
}

const pool = new Counting({ cacheDir: '', wasi: false, ownsProcess: false });
const engine = createEngine({ pool });
afterAll(() => engine[Symbol.asyncDispose]());

async function run(
  step: StepDefinition,
  more: Record<string, StepDefinition> = {},
): Promise<{ record: RunRecord; events: RunEvent[]; sizes: number[] }> {
  pool.sizes.length = 0;
  const plan = await engine.define({
    mode: 'parallel',
    max_parallel_steps: 2,
    steps: { a: { foreach: COUNT, ...step }, ...more },
  });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
  const events: RunEvent[] = [];
  const { finished } = engine.start(plan.value, { listener: { onEvent: (event) => void events.push(event) } });
  return { record: await finished, events, sizes: [...pool.sizes] };
}

const outputOf = (record: RunRecord): unknown => decode(record.steps.get('a')!.output!);
const allBut = (...bad: number[]): (number | null)[] =>
  Array.from({ length: COUNT }, (_, index) => (bad.includes(index) ? null : index));

describe.each([
  ['lua', 'function run(inputs)\n  BODY\n  return inputs.item\nend', 'if inputs.item == N then ACT end'],
  ['javascript', 'function run(inputs) {\n  BODY\n  return inputs.item;\n}', 'if (inputs.item === N) { ACT }'],
] as const)('in %s', (language, code, test) => {
  const doing = (...acts: (readonly [number, string])[]): Pick<StepDefinition, 'language' | 'code'> => ({
    language,
    code: code.replace('BODY', acts.map(([n, act]) => test.replace('N', String(n)).replace('ACT', act)).join('\n  ')),
  });
  const fails = language === 'lua' ? 'error("bad " .. inputs.index)' : 'throw new Error(`bad ${inputs.index}`)';
  const forever = language === 'lua' ? 'while true do end' : 'for (;;) {}';
  const prints = language === 'lua' ? 'print("here")' : 'console.log("here")';

  it('many go in one message, with what each is given', async () => {
    const { record, sizes, events } = await run({
      ...doing(),
      inputs: { twice: '{{ item * 2 }}', fixed: [1] },
    });
    expect(record.status).toBe('succeeded');
    expect(outputOf(record)).toEqual(allBut());
    expect(sizes.reduce((sum, size) => sum + size)).toBe(COUNT);
    expect(Math.max(...sizes)).toBeGreaterThan(5);
    expect(sizes.length).toBeLessThan(COUNT / 2);
    expect(events.filter(({ kind }) => kind === 'step-items').length).toBeLessThan(COUNT / 4);
  });

  it('one that fails fails alone, and is tried again alone', async () => {
    const { record, events } = await run({
      ...doing([200, fails], [300, prints]),
      retries: 2,
      on_failed_item: 'ignore',
    });
    expect(outputOf(record)).toEqual(allBut(200));
    const retries = events.filter(({ kind }) => kind === 'step-retrying');
    expect(retries).toMatchObject([
      { item: 200, attempt: 1 },
      { item: 200, attempt: 2 },
    ]);
    expect(record.steps.get('a')!.items!.failed.get(200)).toMatchObject({ attempt: 3 });
    expect(events.filter(({ kind }) => kind === 'step-printed')).toMatchObject([
      { step: 'a', item: 300, lines: [{ text: 'here' }] },
    ]);
  });

  it('one that is out of time ends alone, and those behind it are done', async () => {
    const { record } = await run({
      ...doing([200, forever], [201, forever]),
      timeout: '0.2s',
      on_failed_item: 'ignore',
    });
    expect(outputOf(record)).toEqual(allBut(200, 201));
    const { failed } = record.steps.get('a')!.items!;
    expect([...failed.values()].map(({ failure }) => failure)).toEqual([
      { reason: 'timed-out', afterMs: 200 },
      { reason: 'timed-out', afterMs: 200 },
    ]);
  });

  it('one that uses up the memory is lost alone', async () => {
    const grow =
      language === 'lua'
        ? 'local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end'
        : 'const t = []; for (;;) t.push("x".repeat(1000) + t.length);';
    const { record } = await run({ ...doing([250, grow]), limits: { memory: '64MB' }, on_failed_item: 'ignore' });
    expect(outputOf(record)).toEqual(allBut(250));
    expect(record.steps.get('a')!.items!.failed.get(250)!.failure.reason).toMatch(/limit|thread-lost|threw/);
  });

  it('what may write, has secrets of its own, or is to be stopped by CPU time goes one by one', async () => {
    const { sizes } = await run({ ...doing(), foreach: 20, permissions: { write: 'out/' } });
    expect(sizes).toEqual(Array.from({ length: 20 }, () => 1));
    const watched = await run({ ...doing(), foreach: 20, limits: { cpu: '10s' } });
    expect(Math.max(...watched.sizes)).toBe(1);
  });
});

it('all end at once when the run is stopped', async () => {
  const plan = await engine.define({
    steps: { a: { foreach: 100_000, language: 'lua', code: 'local n = 0 for i = 1, 1e5 do n = n + i end return n' } },
  });
  if (!plan.ok) throw new Error('no plan');
  const started = engine.start(plan.value);
  await new Promise((resolve) => setTimeout(resolve, 600));
  started.stop();
  const record = await started.finished;
  expect(record.status).toBe('cancelled');
  const { counts, count } = record.steps.get('a')!.items!;
  expect(counts.running).toBe(0);
  expect(counts.succeeded).toBeGreaterThan(0);
  expect(counts.succeeded + counts.cancelled + counts.waiting).toBe(count);
});
