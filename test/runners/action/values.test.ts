// `transform` and `assert`: values that are computed, picked and checked without code.
import { afterAll, describe, expect, test } from 'vitest';
import { rig } from './rig.ts';

const it = rig();
afterAll(() => it[Symbol.asyncDispose]());

describe('transform', () => {
  test('gives what its expression gives, and hands an output on as it came', async () => {
    const run = await it.run({
      steps: {
        rows: { code: 'return { { id = 1, price = 2.0 }, { id = 9007199254740993, price = 5.5 } }' },
        dear: { transform: 'steps.rows.output.filter(row, row.price > 3)' },
        same: { transform: { cel: '{{ steps.rows.output }}' } },
      },
    });
    expect(run.get('dear')!.text).toBe('[{"id":9007199254740993,"price":5.5}]');
    expect(run.get('same')!.text).toBe('[{"id":1,"price":2.0},{"id":9007199254740993,"price":5.5}]');
  });

  test.each([
    ['$.items[*].id', '[1,12345678901234567890,3]'],
    ['$.items[?@.n > 1].n', '[2.0,3.5]'],
    ['$.items[1]', '{"id":12345678901234567890,"n":2.0}'],
    ['$..none', '[]'],
    ['$["__proto__"]', '"mine"'],
    ['$.items[?match(@.id, "x")]', '[]'],
  ])('picks %s out of a value, with numbers as they were', async (pick, text) => {
    const run = await it.run({
      steps: {
        from: {
          language: 'python',
          code: 'def run(): return {"__proto__": "mine", "items": [{"id": 1, "n": 1}, {"id": 12345678901234567890, "n": 2.0}, {"id": 3, "n": 3.5}]}',
        },
        s: { transform: { pick, from: '{{ steps.from.output }}' } },
      },
    });
    expect(run.get('s')!.text).toBe(text);
  });

  test('fails where nothing is at the one place, unless it has a default', async () => {
    expect((await it.step({ transform: { pick: '$.a.b', from: { a: {} } } })).failure).toMatchObject({
      message: 'There is nothing at $.a.b, which "pick" of transform names; give it a "default"',
    });
    expect((await it.step({ transform: { pick: '$.a.b', from: { a: {} }, default: [0] } })).output).toEqual([0]);
    expect((await it.step({ transform: { pick: '$.a[', from: {} } })).failure).toMatchObject({
      reason: 'action',
      message: expect.stringContaining('"pick" of transform is no JSONPath: ') as string,
    });
  });

  test('runs no code of a path', async () => {
    for (const pick of ['$[?(process.exit())]', '$.constructor.constructor', '$[?@.constructor("return 1")()]']) {
      const { failure } = await it.step({ transform: { pick, from: { a: 1 } } });
      expect(failure).toMatchObject({ reason: 'action' });
    }
  });
});

describe('assert', () => {
  test('lets the run go on where it is true', async () => {
    const run = await it.run({
      steps: { check: { assert: '1 < 2' }, next: { depends_on: 'check', code: 'return "on"' } },
    });
    expect([run.get('check')!.output, run.get('next')!.output]).toEqual([true, 'on']);
  });

  test('fails with its message, at its place, and is not done again', async () => {
    const run = await it.run({
      steps: {
        rows: { transform: '[1, 2]' },
        check: {
          retries: 3,
          assert: { that: 'size(steps.rows.output) > 5', message: 'only {{ size(steps.rows.output) }} rows' },
        },
        next: { depends_on: 'check', code: 'return 1' },
      },
    });
    expect(run.get('check')!.failure).toEqual({
      reason: 'asserted',
      message: 'only 2 rows',
      position: { file: 'workflow', line: 1 },
    });
    expect(run.get('next')!.output).toBeUndefined();
  });

  test('says without a message what is false', async () => {
    expect((await it.step({ assert: '1 > 2' })).failure).toMatchObject({ message: '1 > 2 is false' });
  });

  test('fails where its expression has no value', async () => {
    const run = await it.run({ steps: { a: { transform: '{"x": 1}' }, s: { assert: 'steps.a.output.y == 1' } } });
    expect(run.get('s')!.failure).toMatchObject({ reason: 'expression' });
  });
});

test('an action is given its fields and no output of what it depends on, and takes them all the same', async () => {
  const run = await it.run({
    steps: {
      message: { code: 'return "not the message"' },
      that: { depends_on: 'message', assert: 'steps.message.output != ""' },
      s: { depends_on: ['that', 'message'], assert: { that: '1 > 2', message: 'the message' } },
    },
  });
  expect(run.get('s')!.failure).toMatchObject({ message: 'the message' });
});
