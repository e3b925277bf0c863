// Who escaped from an embedded interpreter into its process finds nothing there; in a bare thread the same code gets everywhere.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import { slotCommand } from '../../src/run/slot-command.ts';
import { runningWith } from '../support/processes.ts';
import { type Aims, Canaries } from './support/canaries.ts';

const bubblewrap = await findBubblewrap(process.env['PATH']);
if (!bubblewrap.ok) console.warn(`The sandbox of slots is not tested here. ${bubblewrap.message}`);

let canaries: Canaries;
beforeAll(async () => {
  canaries = await Canaries.open();
});
afterAll(() => canaries.close());

/** Code of the host's own realm, as it would run after an escape; each gives \`done\`, or leaves a trace, where it succeeds. */
const ATTACKS: readonly (readonly [string, (aims: Aims) => string])[] = [
  ['reads a file', (a) => `require('fs').readFileSync('${a.file}', 'utf8')`],
  [
    'reads a file through a descriptor',
    (a) => `const fs = require('fs'); const f = fs.openSync('${a.file}'); fs.readFileSync(f, 'utf8')`,
  ],
  ['reads a file later', (a) => `await require('fs/promises').readFile('${a.file}', 'utf8')`],
  [
    'reads a file as a module',
    (a) => `process.mainModule; require('module').createRequire('/')('${a.file}.json') && 'done'`,
  ],
  [
    'lists a directory',
    (a) => `require('fs').readdirSync('${a.file}'.replace(/[^/]*$/, '')).includes('canary') && 'done'`,
  ],
  ['writes a file', (a) => `require('fs').writeFileSync('${a.created}', 'x'); 'done'`],
  ['changes a file', (a) => `require('fs').appendFileSync('${a.file}', 'x'); 'done'`],
  ['removes a file', (a) => `require('fs').rmSync('${a.file}'); 'done'`],
  ['links a file', (a) => `require('fs').symlinkSync('${a.file}', '${a.created}'); 'done'`],
  ['copies a file', (a) => `require('fs').copyFileSync('${a.file}', '${a.created}'); 'done'`],
  ['starts a program', () => `require('child_process').execFileSync('true'); 'done'`],
  [
    'starts a shell',
    (a) => `require('child_process').spawnSync('touch ${a.created}', { shell: true }).status === 0 && 'done'`,
  ],
  [
    'starts a thread without its restrictions',
    (a) =>
      `await new Promise((r, e) => new (require('worker_threads').Worker)("require('fs').writeFileSync('${a.created}','')", { eval: true, execArgv: [] }).on('exit', r).on('error', e)); 'done'`,
  ],
  ['starts another Node', () => `require('child_process').fork('/dev/null', { execArgv: [] }); 'done'`],
  [
    'has the environment of the engine',
    (a) => `process.env['${a.variable}'] ?? process.env['PATH']?.replace(/.*/, 'done')`,
  ],
  [
    "reads the engine's environment",
    () => `require('fs').readFileSync('/proc/' + process.ppid + '/environ', 'latin1').length > 1 && 'done'`,
  ],
  ['lists the processes', () => `require('fs').readdirSync('/proc').includes('${process.pid}') && 'done'`],
  [
    "writes into the engine's memory",
    () => `require('fs').closeSync(require('fs').openSync('/proc/${process.pid}/mem', 'r+')); 'done'`,
  ],
  ['loads native code', () => `process.dlopen({ exports: {} }, '/nowhere.node')`],
  [
    'opens a database',
    (a) =>
      `const { DatabaseSync } = require('node:sqlite'); new DatabaseSync('${a.created}').exec('create table t (a)'); 'done'`,
  ],
  [
    'attaches a database',
    (a) =>
      `const { DatabaseSync } = require('node:sqlite'); new DatabaseSync(':memory:').exec("attach '${a.created}' as x; create table x.t (a)"); 'done'`,
  ],
  [
    'opens the debugger',
    () => `const i = require('inspector'); i.open(0, '127.0.0.1'); const u = i.url(); i.close(); u && 'done'`,
  ],
  ['debugs itself', () => `const s = new (require('inspector').Session)(); s.connect(); 'done'`],
  ['writes a report', (a) => `process.report.writeReport('${a.created}'); 'done'`],
  ['writes a heap snapshot', (a) => `require('v8').writeHeapSnapshot('${a.created}'); 'done'`],
  ['reads through WASI', () => `new (require('wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }); 'done'`],
  ["uses Node's inside", () => `process.binding('fs').internalModuleStat('/') === 1 && 'done'`],
  ['changes the working directory', () => `process.chdir('/usr') ?? 'done'`],
  ['watches a file', (a) => `require('fs').watch('${a.file}').close(); 'done'`],
];

/** What only the system can refuse: a process without rights may still do it, before Node 25 the first. */
const FOR_THE_SYSTEM: readonly (readonly [string, (aims: Aims) => string])[] = [
  ['connects to a server', (a) => `await (await fetch('${a.url}')).text()`],
  [
    'opens a socket',
    (a) => `await new Promise((r, e) => require('net').connect(${a.port}, '127.0.0.1', r).on('error', e)); 'done'`,
  ],
  [
    'listens',
    () =>
      `await new Promise((r, e) => { const s = require('net').createServer().listen(0, () => s.close(r)).on('error', e) }); require('os').networkInterfaces().eth0 || Object.keys(require('os').networkInterfaces()).length > 1 ? 'done' : 'alone'`,
  ],
  ['signals the engine', () => `process.kill(${process.pid}, 0); 'done'`],
];

const REPORT = `(value) => { require('fs').writeSync(3, String(value)); process.exit(0); }`;

/** In a process as the engine starts it, with its entry replaced. */
async function inSlot(code: string, sandbox: string | undefined): Promise<string> {
  const command = slotCommand({ language: 'lua', cacheDir: '', bubblewrap: sandbox });
  const program = `(async () => { ${valueOf(code)} })().then(${REPORT}, (error) => (${REPORT})(error.code ?? error))`;
  command.splice(-1, 1, '-e', program);
  const [shell = '', ...args] = command;
  const child: ChildProcess = spawn(shell, args, {
    detached: true,
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const channel = child.stdio[3] as Duplex;
  let shown = '';
  channel.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await new Promise((done) => channel.on('close', done).on('error', done));
  const gone = new Promise((done) => child.on('exit', done));
  (child.stdio[4] as Duplex).destroy();
  await gone;
  return shown;
}

/** In a thread as the engine starts it. */
async function inThread(code: string): Promise<string> {
  const program = `(async () => { ${valueOf(code)} })().then((v) => v, (e) => e.code ?? e).then((v) => require('worker_threads').parentPort.postMessage(String(v)))`;
  const worker = new Worker(program, { eval: true, stderr: true });
  const shown = await new Promise<string>((done, failed) => worker.once('message', done).once('error', failed));
  await worker.terminate();
  return shown;
}

/** The last statement's value is what is shown. */
function valueOf(code: string): string {
  const parts = code.split('; ');
  const last = parts.pop()!;
  return /^(?:try|if)\b/.test(last) ? code : [...parts, `return ${last}`].join('; ');
}

/** What the attack reached. */
async function reached(code: string, run: (code: string) => Promise<string>): Promise<string[]> {
  canaries.reset();
  const shown = await run(code);
  expect(shown).not.toBe('');
  const breaches = canaries.breaches(shown);
  return /^(?:done|ERR_DLOPEN_FAILED)$/.test(shown) ? [...breaches, 'done'] : breaches;
}

describe('in a process without rights', () => {
  test.for(ATTACKS)('code that %s reaches nothing', { tags: 'attack' }, async ([, code]) => {
    expect(await reached(code(canaries.aims), (text) => inSlot(text, undefined))).toEqual([]);
  });

  test('what only the system can refuse is open before Node 25', async () => {
    const [, code] = FOR_THE_SYSTEM[1]!;
    const isOpen = Number(process.versions.node.split('.')[0]) < 25;
    expect((await reached(code(canaries.aims), (text) => inSlot(text, undefined))).length > 0).toBe(isOpen);
  });
});

describe.skipIf(!bubblewrap.ok)('in a sandbox', () => {
  const program = bubblewrap.ok ? bubblewrap.program : undefined;
  test.for([...ATTACKS, ...FOR_THE_SYSTEM])('code that %s reaches nothing', { tags: 'attack' }, async ([, code]) => {
    expect(await reached(code(canaries.aims), (text) => inSlot(text, program))).toEqual([]);
  });
});

/** What Node does not have, or refuses in every thread. */
const ELSEWHERE_TOO = /database|heap snapshot|its inside|as a module|working directory|debugs itself|another Node/;

describe('in a bare thread', () => {
  test.for([...ATTACKS, ...FOR_THE_SYSTEM].filter(([name]) => !ELSEWHERE_TOO.test(name)))(
    'code that %s gets there',
    { tags: 'control' },
    async ([, code]) => {
      expect(await reached(code(canaries.aims), inThread)).not.toEqual([]);
    },
  );
});

test('nothing of all that runs on', () => {
  expect(runningWith(canaries.aims.marker)).toEqual([]);
});
