/** What expressions give, what they say where there is nothing, and what a hostile one may cost. */
import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../runners/value.ts';
import { Evaluator } from '../../src/expressions/evaluate.ts';
import { asCsv, asMarkdown } from '../../src/expressions/formats.ts';
import { celValue } from '../../src/expressions/values.ts';
import { StepView, inputsView, RunView, WorkflowView } from '../../src/expressions/views.ts';

function valueOf(value: unknown): Uint8Array {
  const encoded = encode(value);
  if (!encoded.ok) throw new Error(encoded.message);
  return encoded.value;
}

const OUTPUT =
  '{"__proto__":{"x":1},"big":9007199254740993,"count":5,"half":0.5,"list":[1,2.0,null,"a"],"text":"it\'s"}';
const step = new StepView();
step.settle('succeeded', 2);
step.raw = Buffer.from(OUTPUT);
const skipped = new StepView();
skipped.settle('skipped', 0);
const names = {
  context: {
    steps: new Map([
      ['a', step],
      ['skipped', skipped],
    ]),
    inputs: inputsView(
      [
        { name: 'n', span: { start: 0, end: 0 }, type: 'number', secret: false },
        { name: 'i', span: { start: 0, end: 0 }, type: 'integer', secret: false },
      ],
      { n: 5, i: 5 },
    ),
    vars: new Map<string, unknown>(),
    env: new Map([['A', 'b']]),
    run: new RunView('r1'),
    workflow: new WorkflowView('w'),
  },
  outputOf: (name: string) => (name === 'a' ? step.raw : undefined),
};
const evaluator = new Evaluator(
  new Map([
    ['n', 'number' as const],
    ['i', 'integer' as const],
  ]),
);

function text(expression: string): string {
  const value = evaluator.value({ kind: 'expression', expression: { text: expression, line: 3 } }, names);
  return value.ok ? Buffer.from(value.value).toString() : value.error.message;
}

describe('an expression gives', () => {
  test.each([
    ['steps.a.output.count + 1', '6'],
    ['steps.a.output.count * 1.5', '7.5'],
    ['steps.a.output.half * 2', '1.0'],
    ['steps.a.output.big', '9007199254740993'],
    ['steps.a.output.list', '[1,2.0,null,"a"]'],
    ['steps.a.output["__proto__"].x', '1'],
    ['steps.a.output.list.filter(x, x == null)', '[null]'],
    ['{"b": 1, "a": [steps.a.output.text]}', '{"a":["it\'s"],"b":1}'],
    ['json(steps.a.output.list)', '"[1,2.0,null,\\"a\\"]"'],
    ['parse_json("{\\"x\\": [1.0]}").x', '[1.0]'],
    ['default(steps.a.output.none, "usual")', '"usual"'],
    ['default(steps.skipped.output.x, 1)', '1'],
    ['has(steps.skipped.output)', 'false'],
    ['steps.skipped.status', '"skipped"'],
    ['steps.a', `{"attempts":2,"error":null,"output":${OUTPUT},"status":"succeeded"}`],
    ['inputs.n', '5.0'],
    ['inputs.i', '5'],
    ['inputs', '{"i":5,"n":5.0}'],
    ['env.A + run.id + workflow.name', '"br1w"'],
    ['"a,b".split(",")', '["a","b"]'],
    ['"abab".replace("a", "$&")', '"$&b$&b"'],
    ['timestamp("2026-11-21T00:00:00Z")', '"2026-11-21T00:00:00.000Z"'],
    ['b"hi"', '{"$bytes":"aGk="}'],
  ])('%s → %s', (expression, expected) => {
    expect(text(expression)).toBe(expected);
  });

  test('a whole output as it came, without reading it', () => {
    const value = evaluator.value({ kind: 'expression', expression: { text: 'steps.a.output', line: 1 } }, names);
    expect(value.ok && value.value).toBe(step.raw);
  });
});

describe('an expression says why it has no value', () => {
  test.each([
    ['steps.a.output.none.more', 'The expression "steps.a.output.none.more" has no value: there is no "none"'],
    ['steps.skipped.output', 'The expression "steps.skipped.output" has no value: there is no "output"'],
    ['1 / 0', 'The expression "1 / 0" cannot be computed: division by zero'],
    ['0.0 / 0.0', 'The expression "0.0 / 0.0" gives NaN, which JSON has no form for'],
    [
      'parse_json("{")',
      'The expression "parse_json("{")" cannot be computed: it is not JSON: the text ends too early at character 2',
    ],
    [
      'steps.a.output.text + 1',
      'The expression "steps.a.output.text + 1" cannot be computed: nothing is defined for "string + int"',
    ],
  ])('%s', (expression, message) => {
    expect(text(expression)).toBe(message);
  });
});

describe('a hostile expression', () => {
  const list = `[${'1,'.repeat(300)}1]`;
  test('over lists of lists ends after a second', () => {
    const nested = ['a', 'b', 'c', 'd', 'e'].reduceRight((inner, name) => `${list}.map(${name}, ${inner})`, '1');
    const started = performance.now();
    expect(text(nested)).toMatch(/took longer than 1 s$/);
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test('with a pattern that backtracks for ever ends after a second', () => {
    expect(text(`"${'a'.repeat(60)}!".matches("(a+)+$")`)).toMatch(/took longer than 1 s$/);
  });

  test('that doubles a text again and again fails', () => {
    const doubled = Array.from({ length: 40 }, (_, i) => `cel.bind(x${i + 1}, x${i} + x${i}, `).join('');
    expect(text(`cel.bind(x0, "xxxxxxxxxx", ${doubled}x40${')'.repeat(41)}`)).toContain('cannot be');
  });

  test('that is too deep or too long is not read', () => {
    expect(text(`${'('.repeat(500)}1${')'.repeat(500)}`)).toContain('cannot be read');
    expect(text(`"${'x'.repeat(20_000)}"`)).toContain('it has 20002 characters, and 10000 are the most');
  });
});

test('records are written as CSV and as Markdown', () => {
  const records = celValue(
    valueOf([
      { a: 1, b: 'x, "y"' },
      { a: null, c: [1] },
    ]),
  );
  expect(asCsv(records)).toEqual({ ok: true, value: 'a,b,c\n1,"x, ""y""",\n,,[1]\n' });
  expect(asMarkdown(records)).toEqual({
    ok: true,
    value: '| a | b | c |\n| --- | --- | --- |\n| 1 | x, "y" |  |\n|  |  | [1] |',
  });
  expect(asCsv(celValue(valueOf(5))).ok).toBe(false);
  expect(asMarkdown('# Title')).toEqual({ ok: true, value: '# Title' });
  expect(decode(valueOf(1))).toBe(1);
});
