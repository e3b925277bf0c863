/** JavaScript steps: the vectors of the contract, and what is JavaScript's own. */
import { describe, expect, test } from 'vitest';
import { load } from '../../runners/javascript/index.ts';
import { embedded } from './contract/embedded.ts';

const run = embedded('javascript', load);
const body = (code: string): string => `function run(inputs) {\n${code}\n}`;
const POSITION = { file: 'workflows/contract.lua', line: 40 };

describe('vectors', () => {
  test.each([
    [11, body('return inputs.a.half'), '{"half":5.0,"idiv":3}', '5'],
    [12, 'async function run(){ return {x:1} }', 'null', '{"x":1}'],
    [13, body('return inputs.a.id'), '{"id":9007199254740993}', '9007199254740993'],
    [14, `${body('return [1,2]')}\nconsole.log('{"no":1}')`, 'null', '[1,2]'],
  ])('%i', async (_, code, a, output) => {
    expect((await run(code, { inputs: { a } })).shown).toBe(output);
  });
});

describe('values', () => {
  test.each([
    ['return { a: undefined, b: [undefined, , 1], c: null }', '{"b":[null,null,1],"c":null}'],
    [
      'return [-0, 0, 5.0, 1e21, 2 ** 53, 2 ** 53 - 1, 0.1, 1e-7]',
      '[0,0,5,1e+21,9007199254740992.0,9007199254740991,0.1,1e-7]',
    ],
    [
      'return [10n ** 30n, -5n, { big: 9007199254740993n }]',
      '[1000000000000000000000000000000,-5,{"big":9007199254740993}]',
    ],
    ['return new Date(0)', '"1970-01-01T00:00:00.000Z"'],
    ['return { toJSON() { return { seen: [1n] } } }', '{"seen":[1]}'],
    ['return [new Number(1.5), new String("s"), new Boolean(false), Object(2n)]', '[1.5,"s",false,{}]'],
    ['return new (class Point { x = 1; #y = 2; get z() { return 3 } })()', '{"x":1}'],
    ['return Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })', '{"own":2}'],
    ['const shared = { n: 1 }; return [shared, shared]', '[{"n":1},{"n":1}]'],
    ['return "\\\\ud800"', '"\\\\ud800"'],
  ])('%s', async (code, output) => {
    expect((await run(body(code))).shown).toBe(output);
  });

  test('what left as a number comes back as one, though it is no safe integer', async () => {
    const x = String((await run(body('return 2 ** 60'))).shown);
    expect(x).toBe('1152921504606847000.0');
    expect((await run(body('return typeof inputs.x'), { inputs: { x } })).shown).toBe('"number"');
  });

  test('integers become BigInts only beyond what a number holds, and never inside strings', async () => {
    const x =
      '[9007199254740991,9007199254740992,-9007199254740993,"9007199254740993",9007199254740993.0,{"k":[12345678901234567890]}]';
    const code = body('return [...inputs.x.slice(0, 5), inputs.x[5].k[0]].map((each) => typeof each)');
    expect((await run(code, { inputs: { x } })).shown).toBe('["number","bigint","bigint","string","number","bigint"]');
    expect((await run(body('return inputs.x'), { inputs: { x: x.replace('9007199254740993.0', '1.5') } })).shown).toBe(
      x.replace('9007199254740993.0', '1.5'),
    );
  });

  test.each([
    [
      'return { items: [1, 2, 3, { tags: new Set() }] }',
      'output.items[3].tags is a Set, which JSON has no form for; return an array',
    ],
    ['return new Map([[1, 2]])', 'output is a Map, which JSON has no form for; return Object.fromEntries(it)'],
    ['return [Promise.resolve(1)]', 'output[0] is a Promise, which JSON has no form for; await it first'],
    ['return { e: new TypeError("x") }', 'output.e is an Error, which JSON has no form for; return its message'],
    ['return { b: new SharedArrayBuffer(2) }', 'output.b is a SharedArrayBuffer, which JSON has no form for'],
    ['return { s: Symbol("x") }', 'output.s is a symbol, which JSON has no form for'],
    ['return run', 'output is a function, which JSON has no form for'],
    ['return { a: ["\\ud800"] }', 'output.a[0] is a string with half a surrogate pair, which is no valid Unicode'],
    ['return { a: { "\\udc00": 1 } }', 'output.a has half a surrogate pair in a key, which is no valid Unicode'],
  ])('%s fails the step', async (code, message) => {
    expect((await run(body(code))).shown).toEqual({ reason: 'output-invalid', message, position: POSITION });
  });

  test('the output is written by functions that the step cannot change', async () => {
    const code = `JSON.stringify = () => 'no'; JSON.parse = () => 'no'; Array.isArray = () => false
      Object.keys = () => []; String.prototype.includes = () => true; Function.prototype.call = () => 'no'
      Array.prototype.toJSON = undefined; RegExp.prototype.test = () => false
      Object.defineProperty(Object.prototype, 'sneaky', { value: 1, enumerable: true })
      function run() { return { list: [1, { a: 2n }], text: 'x', inputs } }`;
    expect((await run(code, { inputs: { x: '[1]' } })).shown).toBe(
      '{"inputs":{"x":[1]},"list":[1,{"a":2}],"text":"x"}',
    );
  });

  test('keys shaped like a prototype do not touch one', async () => {
    const code = body(
      'return [inputs.x.polluted === undefined, ({}).polluted === undefined, Object.keys(inputs.x), inputs.x]',
    );
    const x = '{"__proto__":{"polluted":9007199254740993}}';
    expect((await run(code, { inputs: { x } })).shown).toBe(`[true,true,["__proto__"],${x}]`);
  });
});

describe('modules', () => {
  test.each([
    ['export default function (inputs) { return inputs.x }', '5'],
    ['export default async (inputs) => inputs.x + 1', '6'],
    ['export function run(inputs) { return inputs.x }', '5'],
    ['const base = await Promise.resolve(10)\nfunction run(inputs) { return base + inputs.x }', '15'],
  ])('%s', async (code, output) => {
    expect((await run(code, { inputs: { x: '5' } })).shown).toBe(output);
  });

  test('no other module can be imported, and the message says what to do', async () => {
    const { shown } = await run("import fs from 'node:fs'\nexport default () => fs");
    expect(shown).toMatchObject({
      reason: 'not-runnable',
      message: expect.stringMatching(/^There is no module "node:fs" here: .*runtime = "native"/),
    });
    const required = await run("const fs = require('fs')\nfunction run() {}");
    expect(required.shown).toMatchObject({
      reason: 'threw',
      message: expect.stringMatching(/^require\("fs"\) is not there: .*runtime = "native"/),
      position: { ...POSITION, line: 40 },
    });
  });

  test('const run = … and arrow functions are found too', async () => {
    expect((await run('const run = async () => 7')).shown).toBe('7');
  });
});

describe('promises and timers', () => {
  test('timers fire in the order they are due', async () => {
    const code = `const seen = []
      const after = (ms, text) => new Promise((done) => setTimeout((x) => { seen.push(x); done() }, ms, text))
      async function run() {
        queueMicrotask(() => seen.push('micro'))
        const stopped = setTimeout(() => seen.push('never'), 1); clearTimeout(stopped)
        await Promise.all([after(20, 'late'), after(5, 'early')])
        await new Promise((done) => { let n = 0; const id = setInterval(() => { seen.push(n); if (++n === 3) { clearInterval(id); done() } }, 1) })
        return seen
      }`;
    expect((await run(code)).shown).toBe('["micro","early","late",0,1,2]');
  });

  test('a promise that nothing can settle fails the step at once', async () => {
    expect((await run('function run() { return new Promise(() => {}) }')).shown).toEqual({
      reason: 'threw',
      message: 'run returned a promise that nothing can settle any more: no timer and no other work is left',
      position: POSITION,
    });
  });

  test('a rejection and an error in a timer fail the step where they were thrown', async () => {
    const rejected = await run('async function run() {\n  await null\n  throw new RangeError("far")\n}');
    expect(rejected.shown).toMatchObject({ message: 'RangeError: far', position: { ...POSITION, line: 42 } });
    const timer = await run(
      'function run() {\n  return new Promise(() => setTimeout(() => {\n    throw new Error("late")\n  }))\n}',
    );
    expect(timer.shown).toMatchObject({ message: 'late', position: { ...POSITION, line: 42 } });
  });
});

describe('errors', () => {
  test('have their trace in the workflow file, without frames of ours', async () => {
    const { shown } = await run('function inner() {\n  throw new TypeError("boom")\n}\nfunction run() {\n  inner()\n}');
    expect(shown).toEqual({
      reason: 'threw',
      message: 'TypeError: boom',
      trace: '    at inner (workflows/contract.lua:41:22)\n    at run (workflows/contract.lua:44:8)',
      position: { file: 'workflows/contract.lua', line: 41, column: 22 },
    });
  });

  test.each([
    ['throw { code: 7 }', '{ code: 7 }'],
    ['throw "text"', 'text'],
    ['throw undefined', 'undefined'],
    ['throw Object.assign(new Error("with"), { name: "CustomError" })', 'CustomError: with'],
    ['throw { get message() { throw 1 } }', '{ message: [Getter] }'],
    ['null.x', "TypeError: cannot read property 'x' of null"],
    ['(function f() { return 1 + f() })()', /stack/],
  ])('%s', async (code, message) => {
    const { shown } = await run(body(code));
    expect(shown).toMatchObject({
      reason: 'threw',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    expect((await run(body('return 1'))).shown).toBe('1');
  });

  test('a SyntaxError thrown by the step is not taken for one of its code', async () => {
    const { shown } = await run('JSON.parse("{")\nfunction run() {}');
    expect(shown).toMatchObject({ reason: 'threw', message: expect.stringMatching(/^SyntaxError/) });
  });

  test('a step that eats all memory is told so, and the next one runs', async () => {
    const { shown } = await run(body('const all = []; for (;;) all.push(new ArrayBuffer(2 ** 28))'));
    expect(shown).toMatchObject({ reason: 'limit', limit: 'memory' });
    expect((await run(body('return 1'))).shown).toBe('1');
  });
});

test('Math.random differs from step to step', async () => {
  const first = await run(body('return Math.random()'));
  const second = await run(body('return Math.random()'));
  expect(first.shown).not.toBe(second.shown);
  expect(Number(first.shown)).toBeGreaterThanOrEqual(0);
  expect(Number(first.shown)).toBeLessThan(1);
});

test('steps that overlap on one thread do not see each other', async () => {
  const code =
    'let mine = inputs.x\nasync function run() { await new Promise((done) => setTimeout(done, 5)); return [mine, inputs.x] }';
  const ended = await Promise.all(['1', '2', '3'].map((x) => run(code, { inputs: { x } })));
  expect(ended.map(({ shown }) => shown)).toEqual(['[1,1]', '[2,2]', '[3,3]']);
});
