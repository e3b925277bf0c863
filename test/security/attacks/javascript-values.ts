// JavaScript steps that hand on hostile values, raise hostile errors, or never end.
import type { StepFailure } from '../../../runners/contract.ts';
import type { Attack, Control, Family } from '../support/attack.ts';
import { stillRuns } from '../support/controls.ts';

type Ends = 'output' | readonly StepFailure['reason'][];

const OUTPUT: Ends = ['output-invalid'];
const THREW: Ends = ['threw'];
const LARGE_ENDS: Ends = ['threw', 'limit', 'timed-out'];

/** `run`'s body, how it ends, and the output's text where there is one. */
const VALUES: readonly (readonly [string, string, Ends, string?])[] = [
  [
    'a getter that changes',
    'let n = 0; const deep = () => { let v = 1; for (let i = 0; i < 600; i++) v = [v]; return v }; return { get x() { return n++ === 0 ? 1 : deep() } }',
    OUTPUT,
  ],
  ['a getter that throws', 'return { get x() { throw new Error("no") } }', THREW],
  [
    'a getter that throws later',
    'let n = 0; return { get x() { if (n++ > 0) throw new Error("no"); return 1 } }',
    THREW,
  ],
  [
    'a proxy that throws at everything',
    'return new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })',
    THREW,
  ],
  [
    'a proxy that lies about its keys',
    'return new Proxy({ a: 1 }, { ownKeys: () => ["b", "b2"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 2 }) })',
    'output',
    '{}',
  ],
  [
    'a proxy of an array without end',
    'return new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 53 : k === "toJSON" ? undefined : "x".repeat(1e6)) })',
    LARGE_ENDS,
  ],
  ['a revoked proxy', 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return [proxy]', THREW],
  ['a toJSON that throws', 'return { toJSON() { throw new Error("no") } }', THREW],
  ['a toJSON that returns itself', 'const o = { toJSON() { return o } }; return o', OUTPUT],
  ['a toJSON that nests for ever', 'const make = () => ({ toJSON: () => [make()] }); return make()', OUTPUT],
  ['a hostile Symbol.toPrimitive', 'return { x: { [Symbol.toPrimitive]() { throw 1 } } }', 'output', '{"x":{}}'],
  ['a hostile Symbol.toStringTag', 'return { get [Symbol.toStringTag]() { throw 1 }, f: 1 }', 'output'],
  ['a tag that claims a number', 'return { [Symbol.toStringTag]: "Number", toJSON: undefined, n: 1.5, d: NaN }', THREW],
  [
    'prototype keys',
    'return JSON.parse(\'{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}},"toString":3}\')',
    'output',
    '{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}},"toString":3}',
  ],
  ['a value nested 10,000 deep', 'let v = 1; for (let i = 0; i < 10000; i++) v = { v }; return v', OUTPUT],
  ['a value that contains itself', 'const v = {}; v.v = v; return v', OUTPUT],
  ['half surrogate pairs', 'return ["\\ud800", { "\\udfff": 1 }]', OUTPUT],
  ['numbers that are none', 'return [NaN, -Infinity]', 'output', '[null,null]'],
  ['a sparse array of 4 billion', 'const a = []; a[2 ** 32 - 2] = 1; return a', LARGE_ENDS],
  ['a shared buffer', 'return new SharedArrayBuffer(8)', OUTPUT],
  ['a wait on shared memory', 'return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)', THREW],
  ['a thenable that never settles', 'return { then() {} }', THREW],
  ['a thenable that settles twice', 'return { then(f) { f(1); f(2); throw 3 } }', 'output', '1'],
  [
    'a thenable within thenables',
    'let n = 0; const t = { then(f) { f(n++ < 1000 ? t : 1) } }; return t',
    'output',
    '1',
  ],
  ['a rejection nobody looks at', 'Promise.reject(new Error("lost")); return 1', 'output', '1'],
  [
    'an output that looks like a template',
    'return "{{ steps.x.output }} ${process.env.HOME} $(id) `id`"',
    'output',
    '"{{ steps.x.output }} ${process.env.HOME} $(id) `id`"',
  ],
];

const ERRORS: readonly (readonly [string, string, Ends])[] = [
  ['an error without text', 'throw Object.create(null)', THREW],
  [
    'an error with throwing getters',
    'const e = new Error(""); for (const k of ["message", "name", "stack", "cause"]) Object.defineProperty(e, k, { get() { throw e } }); throw e',
    THREW,
  ],
  ['an error whose cause is itself', 'const e = new Error("x"); e.cause = e; throw e', THREW],
  ['an error with a message of 500 MB', 'throw new Error("x".repeat(2 ** 29))', LARGE_ENDS],
  [
    'an error with a stack of a million lines',
    'const e = new Error("x"); e.stack = "    at x (y:1:1)\\n".repeat(1e5); throw e',
    THREW,
  ],
  [
    'an error with a forged place',
    'const e = new Error("x"); e.stack = "    at run (step:999999999999:1)"; throw e',
    THREW,
  ],
  [
    'an error that is a proxy',
    'throw new Proxy(new Error("x"), { get() { throw 1 }, getPrototypeOf() { throw 2 } })',
    THREW,
  ],
  [
    'a replaced instanceof',
    'Object.defineProperty(Error, Symbol.hasInstance, { value() { throw 1 } }); throw new Error("x")',
    THREW,
  ],
  ['a prepareStackTrace', 'Error.prepareStackTrace = () => { throw new Error("again") }; null.x', THREW],
  ['recursion without end', 'return run()', THREW],
  ['recursion in a getter', 'const o = { get x() { return this.x } }; return o', THREW],
  ['recursion in toJSON', 'const f = () => JSON.stringify({ toJSON: f }); return f()', THREW],
  [
    'recursion in a host call',
    'const f = () => console.log({ get x() { return f() }, toString: f, [Symbol.toPrimitive]: f }, "%s"); const g = () => [1].map(g); return g()',
    THREW,
  ],
  ['recursion in sort', 'const f = () => [2, 1].sort(f); return f()', THREW],
  ['a regular expression nested 100,000 deep', 'return new RegExp("(".repeat(1e5))', THREW],
  ['source text nested 100,000 deep', 'return eval("[".repeat(1e5))', THREW],
  ['a thrown value that is half a character', 'throw "\\ud800"', THREW],
];

const LARGE: readonly (readonly [string, string, Ends])[] = [
  ['a string of a terabyte', 'return "x".repeat(2 ** 40)', THREW],
  ['a string padded to a gigabyte', 'return "".padEnd(2 ** 30, "x").length', LARGE_ENDS],
  ['a buffer of a terabyte', 'return new ArrayBuffer(2 ** 40)', THREW],
  ['a typed array of 16 GB', 'return new Float64Array(2 ** 31)', LARGE_ENDS],
  ['an array of 4 billion, filled', 'return new Array(2 ** 32 - 1).fill(0)', LARGE_ENDS],
  [
    'random bytes by a length that changes',
    'ArrayBuffer.isView = () => true; let n = 0; crypto.getRandomValues({ get byteLength() { return n++ < 1 ? 1 : 3e9 } }); return 1',
    THREW,
  ],
  [
    'random bytes of a negative length',
    'ArrayBuffer.isView = () => true; let n = 0; crypto.getRandomValues({ get byteLength() { return n++ < 1 ? 1 : -1 } }); return 1',
    THREW,
  ],
  ['a printed line of 500 MB', 'console.log("x".repeat(2 ** 29)); return 1', LARGE_ENDS],
];

/** Half a second is enough for an honest step, and long enough to see that these do not end by themselves. */
const TIMEOUT = '500ms';
const ENDLESS: readonly (readonly [string, string])[] = [
  ['a loop', 'for (;;);'],
  ['a loop that catches everything', 'for (;;) { try { for (;;); } catch {} finally { continue } }'],
  ['a loop in a finally', 'try { throw 1 } finally { for (;;); }'],
  ['microtasks', 'const f = () => Promise.resolve().then(f); await f()'],
  ['an async generator', 'async function* g() { for (;;) yield 1 } for await (const x of g());'],
  ['indexOf in an array of 4 billion', 'const a = []; a.length = 2 ** 32 - 1; for (;;) a.indexOf(1)'],
  ['a pattern with nested repetition', 'return /^(a+)+$/.test("a".repeat(40) + "b")'],
  ['a pattern with overlapping alternatives', 'return /^(a|a|aa)*$/.test("a".repeat(60) + "b")'],
  ['a comparison in sort', 'return [1, 2].sort(() => { for (;;); })'],
  ['a getter in the output', 'return { get x() { for (;;); } }'],
  ['a getter of a thrown object', 'throw new Proxy({}, { getPrototypeOf() { for (;;); } })'],
  [
    'a getter while the error is shown',
    'const e = new Error("x"); Object.defineProperty(e, "message", { get() { for (;;); } }); throw e',
  ],
  ['a proxy of keys', 'for (const k in new Proxy({}, { ownKeys() { for (;;); } }));'],
  ['an iterator that never ends', '[...{ *[Symbol.iterator]() { for (;;); } }]'],
  ['an interval', 'await new Promise(() => setInterval(() => {}, 1))'],
  [
    'a timer of a month with a clock that stands still',
    'const t = Date.now(); Date.now = () => t; await new Promise((done) => setTimeout(done, 2 ** 31))',
  ],
  [
    'a timer with a clock that runs backwards',
    'let t = 1e15; Date.now = () => (t -= 1e9); setInterval(() => {}, 1); await new Promise(() => {})',
  ],
  ['big integers', 'let n = 3n; for (;;) n = n ** 2n % (2n ** 4000n)'],
  ['JSON without end', 'for (;;) JSON.parse(JSON.stringify(new Array(1e5).fill({})))'],
];

const LOOP = 'for (;;);';
const outlives: Control = {
  proof: async ({ mark }) => ((await stillRuns(LOOP)) ? mark : ''),
};

function step(body: string): Attack['step'] {
  return () => ({
    language: 'javascript',
    code: `async function run(inputs) {\n  ${body}\n}`,
    timeout: '2s',
    limits: { memory: '128MB' },
  });
}

function syncStep(body: string): Attack['step'] {
  return () => ({
    language: 'javascript',
    code: `function run(inputs) {\n  ${body}\n}`,
    timeout: '2s',
    limits: { memory: '128MB' },
  });
}

const NOTHING_TO_BREAK =
  'it asks for an orderly end, not for something out of reach: every interpreter may end it in its own way';

export const JAVASCRIPT_VALUES: readonly Family[] = [
  {
    name: 'JavaScript: hostile outputs',
    attacks: VALUES.map(([name, body, ends, output]) => ({
      name,
      step: syncStep(body),
      ends,
      ...(output !== undefined && { output }),
      control: { none: NOTHING_TO_BREAK },
    })),
  },
  {
    name: 'JavaScript: hostile errors and recursion',
    attacks: ERRORS.map(([name, body, ends]) => ({
      name,
      step: syncStep(body),
      ends,
      control: { none: NOTHING_TO_BREAK },
    })),
  },
  {
    name: 'JavaScript: too large',
    attacks: LARGE.map(([name, body, ends]) => ({
      name,
      step: syncStep(body),
      ends,
      control: { none: NOTHING_TO_BREAK },
    })),
  },
  {
    name: 'JavaScript: without end',
    attacks: ENDLESS.map(([name, body], index) => ({
      name,
      step: () => ({ ...step(body)({} as never), timeout: TIMEOUT }),
      ends: ['timed-out'],
      control: index === 0 ? outlives : { like: ENDLESS[0]![0] },
    })),
  },
];
