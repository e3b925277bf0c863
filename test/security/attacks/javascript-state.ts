// JavaScript steps that leave something behind, or answer in the runner's place.
import type { Attack, Family } from '../support/attack.ts';
import type { Aims } from '../support/canaries.ts';
import { inVm } from '../support/controls.ts';

/** An expression for the mark that does not spell it. */
const mark = ({ backwards }: Aims): string => `[...${JSON.stringify(backwards)}].reverse().join('')`;

/** What one step does, and what the next one looks at to see it. */
const LEFT_BEHIND: readonly (readonly [string, string, string])[] = [
  ['a global', 'globalThis.left = MARK', 'return globalThis.left'],
  ['a lexical binding', 'const left = MARK', 'return typeof left === "undefined" ? "" : left'],
  ['a member of Object.prototype', 'Object.prototype.left = MARK', 'return ({}).left'],
  ['a member of Array.prototype', 'Array.prototype.left = MARK', 'return [].left'],
  ['a patched method', 'const m = MARK; Array.prototype.map = () => m', 'return [1].map(String)'],
  ['a patched JSON', 'const m = MARK; JSON.stringify = () => JSON.rawText ?? m', 'return JSON.stringify(1)'],
  [
    'a patched Promise',
    'const m = MARK; Promise.prototype.then = function (f) { f(m) }',
    'let seen; Promise.resolve(1).then((x) => { seen = x }); return seen',
  ],
  ['a patched Math.random', 'const m = MARK; Math.random = () => m', 'return Math.random()'],
  ['a patched Date', 'const m = MARK; Date.now = () => m', 'return Date.now()'],
  ['a patched console', 'const m = MARK; console.log = () => m', 'return console.log("x")'],
  ['a patched URL', 'const m = MARK; URL.prototype.toString = () => m', 'return String(new URL("http://a"))'],
  [
    'a setter on Object.prototype',
    'const m = MARK; Object.defineProperty(Object.prototype, "seen", { get: () => m, set() {}, configurable: true })',
    'return ({}).seen',
  ],
  ['a toJSON on Object.prototype', 'const m = MARK; Object.prototype.toJSON = () => m', 'return {}'],
  [
    'a toJSON that gives nothing',
    'Object.prototype.left = MARK; Object.prototype.toJSON = () => undefined',
    'return [].left',
  ],
  ['a toJSON on String.prototype', 'const m = MARK; String.prototype.toJSON = () => m', 'return Object("x")'],
  ['a registered symbol', 'globalThis[Symbol.for("left")] = MARK', 'return globalThis[Symbol.for("left")]'],
  [
    'a member of a shared template',
    'globalThis.t = (s) => s; globalThis.f = () => t`x`; Object.getPrototypeOf(f()).left = MARK',
    'return Object.getPrototypeOf(((s) => s)`x`).left',
  ],
  ['the environment', 'process.env.LEFT = MARK', 'return process.env.LEFT'],
  ['the inputs', 'globalThis.inputs = { left: MARK }', 'return globalThis.inputs?.left'],
  [
    'a timer that goes on',
    'const m = MARK; setTimeout(() => { globalThis.left = m }, 1)',
    'return new Promise((done) => setTimeout(() => done(globalThis.left), 30))',
  ],
  [
    'an interval that goes on',
    'const m = MARK; setTimeout(function again() { globalThis.left = m; setTimeout(again, 1) }, 1)',
    'return new Promise((done) => setTimeout(() => done(globalThis.left), 30))',
  ],
  [
    'a finaliser',
    'const m = MARK; globalThis.r = new FinalizationRegistry(() => {}); r.register({}, 1); globalThis.left = m',
    'return typeof r === "undefined" ? "" : globalThis.left',
  ],
];

const leftBehind = ([name, does, looks]: (typeof LEFT_BEHIND)[number]): Attack => {
  const codes = (aims: Aims): readonly [string, string] => [
    `${does.replace('MARK', mark(aims))}\nglobalThis.run = function run() { return 1 }`,
    `globalThis.run = function run() { ${looks} }`,
  ];
  return {
    name,
    before: (aims) => ({ language: 'javascript', code: codes(aims)[0] }),
    step: (aims) => ({ language: 'javascript', code: codes(aims)[1] }),
    control: { proof: (aims) => inVm(codes(aims)) },
  };
};

/** Each has `run` return 1 and wants the runner to hand on the mark instead. */
const FORGED: readonly (readonly [string, string])[] = [
  ['JSON.stringify overwritten', 'const m = MARK; JSON.stringify = () => JSON.parse === 0 ? "" : "\\"" + m + "\\""'],
  ['JSON replaced', 'const m = MARK; globalThis.JSON = { parse: () => m, stringify: () => "\\"" + m + "\\"" }'],
  ['eval replaced', 'const m = MARK; globalThis.eval = () => () => m; JSON.stringify = () => "\\"" + m + "\\""'],
  [
    'getters on every message',
    'const m = MARK; for (const key of ["kind", "length", "text", "problem"]) Object.defineProperty(Object.prototype, key, { get: () => m, set() {}, configurable: true }); JSON.stringify = () => m',
  ],
  [
    'String methods replaced',
    'const m = MARK; for (const name of Object.getOwnPropertyNames(String.prototype)) { try { if (name !== "constructor") String.prototype[name] = () => m } catch {} } JSON.stringify = () => m',
  ],
  [
    'Reflect replaced',
    'const m = MARK; Reflect.get = () => () => m; Reflect.apply = () => m; JSON.stringify = () => m',
  ],
  [
    'Promise replaced',
    'const m = MARK; globalThis.Promise = class { static resolve() { return m } then(f) { f(m) } }; JSON.stringify = () => m',
  ],
  [
    'Array.isArray replaced',
    'const m = MARK; Array.isArray = () => true; Object.keys = () => [m]; JSON.stringify = () => m',
  ],
  [
    'a patched RegExp',
    'const m = MARK; RegExp.prototype.exec = () => [m, m, m]; RegExp.prototype.test = () => true; JSON.stringify = () => m',
  ],
];

const forged = ([name, does]: (typeof FORGED)[number]): Attack => {
  const code = (aims: Aims): string => `${does.replace('MARK', mark(aims))}\nfunction run() { return 1 }`;
  return {
    name,
    step: (aims) => ({ language: 'javascript', code: code(aims) }),
    ends: 'output',
    output: '1',
    control: { proof: (aims) => inVm([code(aims)]) },
  };
};

/** Printed lines in the form of the runner's own messages. */
const MESSAGES: readonly (readonly [string, string])[] = [
  ['a report', `{ outcome: { ok: true, output: MARK }, batches: 0, lines: [], usage: { wallMs: 0 } }`],
  ['a settled message', `{ kind: 'output', length: 3, text: MARK }`],
  ['a printed message', `{ kind: 'printed', id: 1, lines: [{ stream: 'stdout', text: MARK }] }`],
  ['a started message', `{ kind: 'started', id: 1, output: MARK }`],
  ['the name of the output file', `'HWFE_OUTPUT=' + MARK`],
];

const printed = ([name, value]: (typeof MESSAGES)[number]): Attack => ({
  name: `prints ${name}`,
  step: (aims) => ({
    language: 'javascript',
    code: `function run() { console.log(JSON.stringify(${value.replace('MARK', mark(aims))})); return 1 }`,
  }),
  output: '1',
  control: {
    none: 'printed text and outcomes travel as different messages; there is no runner here that reads outcomes from text',
  },
});

export const JAVASCRIPT_STATE: readonly Family[] = [
  { name: 'JavaScript: what one step leaves to the next', attacks: LEFT_BEHIND.map(leftBehind) },
  { name: 'JavaScript: answering in place of the runner', attacks: FORGED.map(forged) },
  { name: 'JavaScript: printing what looks like a message', attacks: MESSAGES.map(printed) },
];
