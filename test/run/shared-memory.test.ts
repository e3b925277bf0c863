// Steps share a memory: nothing is lost, however many change it at once.
import { describe, expect, it } from 'vitest';
import { decode } from '../../runners/value.ts';
import { createEngine } from '../../src/engine.ts';
import type { RunEvent } from '../../src/model/event.ts';
import type { RunRecord } from '../../src/model/record.ts';
import { MemoryContents } from '../../src/model/shared-memory.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { describeFailure } from '../../src/model/failure.ts';
import { RunMemory } from '../../src/run/shared-memory.ts';

async function run(
  definition: WorkflowDefinition,
  options: { readonly maxParallelSteps?: number } = {},
): Promise<{ record: RunRecord; events: RunEvent[] }> {
  await using engine = createEngine();
  const plan = await engine.define({ mode: 'work-stealing', ...definition });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
  const events: RunEvent[] = [];
  const record = await engine.start(plan.value, {
    ...options,
    listener: { onEvent: (event) => void events.push(event) },
  }).finished;
  return { record, events };
}

function failureOf(record: RunRecord, step: string): string {
  const { failure } = record.steps.get(step)!;
  return failure === undefined ? '' : describeFailure(failure);
}

function shared(record: RunRecord): unknown {
  return record.memory && decode(record.memory.snapshot());
}

const LUA = 'for i = 1, 200 do memory.update("n", function(n) return (n or 0) + 1 end) end return 0';
const JS = 'function run() { for (let i = 0; i < 200; i++) memory.update("n", (n) => (n ?? 0) + 1); }';
const PYTHON = 'def run():\n  for i in range(200): memory.update("n", lambda n: (n or 0) + 1)';

describe('the shared memory of a run', () => {
  it('loses no addition of threads in three languages and of shells that count at once', async () => {
    const steps: Record<string, StepDefinition> = {};
    for (let i = 0; i < 3; i++) {
      steps[`lua${i}`] = { code: LUA };
      steps[`js${i}`] = { language: 'javascript', code: JS };
    }
    steps['python'] = { language: 'python', code: PYTHON };
    for (let i = 0; i < 3; i++)
      steps[`shell${i}`] = { cmd: 'for i in 1 2 3; do hwfe memory add n; done; hwfe memory append done "$HWFE_STEP"' };
    const { record } = await run({ memory: true, steps }, { maxParallelSteps: 6 });
    expect([...record.steps.values()].filter(({ status }) => status !== 'succeeded')).toEqual([]);
    const { n, done } = shared(record) as { n: number; done: string[] };
    expect(n).toBe(7 * 200 + 9);
    expect([...done].sort()).toEqual(['shell0', 'shell1', 'shell2']);
  });

  it('serves steps in slots, which have no rights of their own', async () => {
    const isolation = 'process';
    const steps: Record<string, StepDefinition> = {
      lua: { isolation, code: LUA },
      js: { isolation, language: 'javascript', code: JS },
    };
    const { record } = await run({ memory: true, steps }, { maxParallelSteps: 2 });
    expect(shared(record)).toEqual({ n: 400 });
  });

  it('says what to declare where a step names it and the workflow has none', async () => {
    const { record } = await run({
      failure_mode: 'continue',
      steps: {
        lua: { code: 'return memory.get("n")' },
        js: { language: 'javascript', code: 'function run() { return memory.get("n"); }' },
        python: { language: 'python', code: 'def run(): return memory.get("n")' },
      },
    });
    for (const step of ['lua', 'js', 'python'])
      expect(failureOf(record, step)).toContain('Add memory = true to the workflow');
  });

  it('has no memory for a step that wants none', async () => {
    const { record } = await run({ memory: true, steps: { a: { memory: false, code: 'return memory == nil' } } });
    expect(decode(record.steps.get('a')!.output!)).toBe(true);
  });

  it('begins with what the workflow gives it, and keeps the kinds of numbers and of bytes', async () => {
    const { record } = await run({
      memory: { initial: { half: 0.5, list: [1] } },
      steps: {
        lua: { code: 'memory.set("whole", 10 / 2) memory.set("bytes", hwfe.bytes("x")) return memory.get("half")' },
        python: {
          language: 'python',
          depends_on: 'lua',
          code: 'def run(): return [memory.get("whole"), str(memory.get("whole")), memory.get("bytes") == b"x", memory.append("list", 2)]',
        },
        js: {
          language: 'javascript',
          depends_on: 'python',
          code: 'function run() { memory.set("big", 2n ** 60n); return [memory.get("big") === 2n ** 60n, memory.get("none", 7), memory.keys()]; }',
        },
      },
    });
    expect(failureOf(record, 'python')).toBe('');
    expect(decode(record.steps.get('python')!.output!)).toEqual([5, '5.0', true, 2]);
    expect(decode(record.steps.get('js')!.output!)).toEqual([true, 7, ['big', 'bytes', 'half', 'list', 'whole']]);
  });

  it('sets a value only where the expected one is there', async () => {
    const { record } = await run({
      memory: true,
      steps: {
        lua: {
          code: 'return { memory.compare_and_set("a", nil, 1), memory.compare_and_set("a", 2, 3), memory.compare_and_set("a", 1, 4), memory.get("a"), memory.delete("a"), memory.delete("a") }',
        },
        shell: {
          depends_on: 'lua',
          cmd: 'hwfe memory set b "a text"; hwfe memory swap b x y || hwfe memory update b tr a-z A-Z; hwfe memory get c 5; hwfe memory get b',
        },
      },
    });
    expect(decode(record.steps.get('lua')!.output!)).toEqual([true, false, true, 4, true, false]);
    expect(decode(record.steps.get('shell')!.output!)).toMatchObject({ stdout: '5\n"A TEXT"' });
  });

  it('refuses what goes beyond its size, and what has no form as JSON', async () => {
    const { record } = await run({
      failure_mode: 'continue',
      memory: { size: 100 },
      steps: {
        large: { code: 'memory.set("x", string.rep("x", 200))' },
        odd: { language: 'javascript', code: 'function run() { memory.set("x", new Map()); }' },
        list: { code: 'memory.set("y", 1) memory.append("y", 2)' },
        key: { language: 'python', code: 'def run(): memory.get("")' },
      },
    });
    expect(failureOf(record, 'large')).toContain('There is no room for "x": the shared memory holds 100 bytes');
    expect(failureOf(record, 'odd')).toContain('Map');
    expect(failureOf(record, 'list')).toContain('"y" holds something else than a list');
    expect(failureOf(record, 'key')).toContain('A key has 1 to 256 characters');
  });

  it('tells of changes before it tells how the step ended, so that its record is what was there', async () => {
    const { record, events } = await run({
      memory: true,
      steps: { a: { code: 'for i = 1, 3 do memory.set("n", i) memory.append("l", i) end return 0' } },
    });
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.indexOf('memory-changed')).toBe(kinds.indexOf('step-succeeded') - 1);
    expect(shared(record)).toEqual({ n: 3, l: [1, 2, 3] });
  });

  it('answers no process that does not know the word of the run', async () => {
    const { record } = await run({
      memory: true,
      steps: {
        liar: { cmd: 'HWFE_MEMORY="x@${HWFE_MEMORY#*@}" hwfe memory set n 1 && exit 9; hwfe memory keys' },
      },
    });
    expect(failureOf(record, 'liar')).toBe('');
    expect(shared(record)).toBeUndefined();
  });

  it('is not cached with what a step found there', async () => {
    await using engine = createEngine();
    const plan = await engine.define({ memory: true, steps: { a: { cache: true, code: 'return 1' } } });
    expect(plan.ok).toBe(false);
    if (!plan.ok) expect(plan.error[0]!.message).toContain('Add memory = false to step "a"');
  });
});

describe('what a shared memory holds', () => {
  it('takes a hundred thousand items of a list at flat cost', () => {
    const contents = new MemoryContents();
    const value = Buffer.from('1');
    for (let i = 0; i < 100_000; i++) contents.apply({ act: 'append', key: 'l', value });
    expect((decode(contents.get('l')!) as unknown[]).length).toBe(100_000);
    expect(contents.bytes).toBe(100_000 * 2 + 2 + 1);
  });

  it('believes no stranger who says where one text ends', () => {
    const host = new RunMemory({ limit: 1000, initial: new Map() }).for(undefined);
    for (const split of ['-1', '99', 'x', ''])
      expect(
        host.answerStranger({ question: { ask: 'memory', args: ['set', 'a', split] }, bytes: Buffer.from('1') }).answer
          .value,
      ).toMatchObject(split === '' ? { ok: true } : { ok: false });
    const question = { ask: 'memory', args: ['set', 'a', '0'] };
    expect(host.answerStranger({ question, bytes: Buffer.from('{"b":1, "a":2}') }).answer.value).toMatchObject({
      ok: true,
    });
    const read = host.answer({ question: { ask: 'memory', args: ['get', 'a', '0'] }, bytes: new Uint8Array() });
    expect(Buffer.from(read.bytes).toString()).toBe('{"a":2,"b":1}');
    expect(host.answerStranger({ question, bytes: Buffer.from('{"b"') }).answer.value).toMatchObject({ ok: false });
  });
});
