/** Python, JavaScript and Lua steps on the host's own interpreters, where they differ from the embedded ones. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Job, Language, Runner } from '../../runners/contract.ts';
import { load } from '../../runners/native/index.ts';
import { encode } from '../../runners/value.ts';
import { jobOf, type StepRequest } from './contract/job.ts';
import { type Ended, ProcessRig, setupOf, shown } from './process/rig.ts';

const rig = new ProcessRig();
const directory = mkdtempSync(join(tmpdir(), 'hwfe-test-'));
let runner: Promise<Runner> | undefined;

afterAll(async () => {
  await rig.close();
  rmSync(directory, { recursive: true });
});

async function run(
  language: Language,
  code: string,
  request: Omit<StepRequest, 'code'> = {},
  job: Partial<Job> = {},
  stopped?: AbortSignal,
): Promise<Ended> {
  runner ??= load(setupOf('python', 'native'));
  const env = { PATH: process.env['PATH'] ?? '', ...request.env };
  return rig.run(await runner, { ...jobOf(language, 'native', { ...request, code, env }), ...job }, stopped);
}

const output = async (...given: Parameters<typeof run>): Promise<unknown> => shown((await run(...given)).outcome);

describe("the user's own rights and packages", () => {
  test('files, processes and modules of the working directory are there', async () => {
    writeFileSync(join(directory, 'mine.py'), 'x = "py"');
    writeFileSync(join(directory, 'mine.lua'), 'return { x = "lua" }');
    mkdirSync(join(directory, 'node_modules', 'mine'), { recursive: true });
    writeFileSync(join(directory, 'node_modules', 'mine', 'index.js'), 'exports.x = "js"');
    const here = { cwd: directory };
    const python =
      'import mine, subprocess, threading\ndef run(): return [mine.x, subprocess.check_output(["echo", "a"], text=True)]';
    expect(await output('python', python, {}, here)).toBe('["py","a\\n"]');
    const js =
      'const fs = require("fs"); const mine = require("mine")\nfunction run() { return [mine.x, fs.existsSync("mine.py")] }';
    expect(await output('javascript', js, {}, here)).toBe('["js",true]');
    const module =
      'import { x } from "mine"; import fs from "node:fs";\nexport default () => [x, fs.existsSync("mine.py")]';
    expect(await output('javascript', module, {}, here)).toBe('["js",true]');
    const lua =
      'local mine = require("mine")\nfunction run() local f = io.open("mine.py") local t = f:read("a") f:close() return { mine.x, t } end';
    expect(await output('lua', lua, {}, here)).toBe('["lua","x = \\"py\\""]');
  });

  test('the variables of the run are set, and nothing of the engine', async () => {
    const code = 'function run() { return Object.keys(process.env).filter((name) => name !== "PATH").sort() }';
    expect(await output('javascript', code, { env: { MINE: '1' } })).toBe(
      '["HWFE_ATTEMPT","HWFE_PROCESS","HWFE_RUN_ID","HWFE_STEP","HWFE_WORKDIR","MINE"]',
    );
  });
});

describe('failures', () => {
  test.each([
    ['python', 'import os\nos._exit(3)'],
    ['javascript', 'process.exit(3)'],
    ['lua', 'os.exit(3)'],
  ] as const)('%s that leaves its process fails with the status', async (language, code) => {
    expect(await output(language, code)).toMatchObject({ reason: 'exited', status: 3 });
  });

  test('leaving with status 0 before run returned is no success', async () => {
    expect(await output('lua', 'os.exit(0)')).toMatchObject({
      reason: 'threw',
      message: expect.stringMatching(/^Return from run/),
    });
  });

  test('sys.exit is told like in embedded Python', async () => {
    expect(await output('python', 'import sys\nsys.exit(3)')).toMatchObject({
      message: expect.stringMatching(/sys\.exit\(3\)/),
    });
  });

  test('a signal', async () => {
    const code = 'import os, signal\ndef run(): os.kill(os.getpid(), signal.SIGSEGV)';
    expect(await output('python', code)).toMatchObject({ reason: 'killed', signal: 'SIGSEGV' });
  });

  test.each([
    ['python', 'no-python', /^Install Python 3\.8 or newer.*"python3" is needed/],
    ['lua', 'no-lua', /^Install Lua 5\.4/],
    ['javascript', '/nonexistent/node', /^Install Node .*there is no such program/],
  ] as const)('a machine without %s is told what to install', async (language, interpreter, message) => {
    expect(await output(language, '', {}, { interpreter })).toMatchObject({
      reason: 'runtime-missing',
      message: expect.stringMatching(
        message.source.includes('is needed') ? /^Install Python 3\.8 or newer.*not in PATH/ : message,
      ),
    });
  });

  test('JavaScript: errors of events and promises nobody awaits are told with their place', async () => {
    const late =
      'function run() {\n  return new Promise(() => setTimeout(() => {\n    throw new TypeError("late") }, 5)) }';
    expect(await output('javascript', late)).toMatchObject({
      reason: 'threw',
      message: 'TypeError: late',
      position: { line: 42 },
    });
    const rejected =
      'async function run() {\n  Promise.reject(new Error("lost")); await new Promise((d) => setTimeout(d, 500)) }';
    expect(await output('javascript', rejected)).toMatchObject({ message: 'lost', position: { line: 41 } });
    const never = 'function run() { return new Promise(() => {}) }';
    expect(await output('javascript', never)).toMatchObject({ reason: expect.stringMatching(/threw|exited/) });
  });

  test('JavaScript: modules have positions, and a missing import says which', async () => {
    const code = 'import fs from "node:fs"\nexport default function () {\n  throw new RangeError("x")\n}';
    expect(await output('javascript', code)).toMatchObject({ message: 'RangeError: x', position: { line: 42 } });
    expect(await output('javascript', 'import x from "no-such-package"\nexport default () => x')).toMatchObject({
      reason: 'not-runnable',
      message: expect.stringMatching(/no-such-package/),
    });
  });

  test('Lua: errors that are tables, in nested functions, with a trace', async () => {
    expect(await output('lua', 'function run() error({ code = 7 }) end')).toMatchObject({ message: '{"code":7}' });
    const code = 'local function f(x)\n  return x.y.z\nend\nfunction run()\n  local r = f({})\n  return r\nend';
    expect(await output('lua', code)).toMatchObject({
      reason: 'threw',
      message: expect.stringMatching(/^attempt to index a nil value/),
      position: { line: 41 },
      trace: expect.stringMatching(/workflows\/contract\.lua:44/),
    });
  });

  test('a step that is told to stop ends', async () => {
    const stop = new AbortController();
    const ended = run(
      'python',
      'import time\nprint("up", flush=True)\ndef run(): time.sleep(1000)',
      {},
      {},
      stop.signal,
    );
    setTimeout(() => stop.abort(), 300);
    expect(shown((await ended).outcome)).toEqual({ reason: 'cancelled' });
  });
});

describe('lines', () => {
  test.each([
    ['python', 'import time\nprint("é")\ntime.sleep(0.05)\nprint("b")\ndef run(): pass'],
    ['javascript', 'console.log("é"); console.log("b")\nfunction run() {}'],
    ['lua', 'print("é") print("b")\nfunction run() end'],
  ] as const)('%s prints line by line', async (language, code) => {
    expect((await run(language, code)).lines.map((line) => line.text)).toEqual(['é', 'b']);
  });
});

describe('values', () => {
  test.each(['python', 'lua'] as const)('random JSON passes through %s unharmed', async (language) => {
    const samples = fc.sample(fc.jsonValue({ maxDepth: 4, noneIsAbsent: true } as object), { numRuns: 300, seed: 7 });
    const kept = language === 'lua' ? samples.map(withoutNullMembers) : samples;
    const encoded = encode(kept);
    if (!encoded.ok) throw new Error(encoded.message);
    const text = new TextDecoder().decode(Uint8Array.from(encoded.value));
    const code = { python: 'def run(inputs): return inputs["x"]', lua: 'function run(inputs) return inputs.x end' }[
      language
    ];
    expect(await output(language, code, { inputs: { x: text } })).toBe(text);
  });

  test('100,000 records pass through each', async () => {
    const text = `[${Array.from({ length: 100_000 }, (_, i) => `{"a":${i},"b":"name ${i}","c":${i}.5,"d":true,"e":[${i}],"f":"x"}`).join(',')}]`;
    const code = {
      python: 'def run(inputs): return inputs["x"]',
      javascript: 'function run(inputs) { return inputs.x }',
      lua: 'function run(inputs) return inputs.x end',
    };
    for (const language of ['python', 'javascript', 'lua'] as const) {
      expect((await output(language, code[language], { inputs: { x: text } })) === text).toBe(true);
    }
  }, 60_000);

  test('Lua has json.encode, decode, null and array', async () => {
    const code = `function run()
  local t = json.decode('{"a":[1,null,2.0],"s":"\\\\u00e9\\\\ud83d\\\\ude00\\\\n"}')
  return { #t.a, t.a[2] == json.null, tostring(json.null), json.encode({ b = { 1, 2 }, a = json.array {} }), t.s,
    select(2, pcall(json.decode, "[1,]")), math.type(t.a[3]), math.type(t.a[1]) }
end`;
    expect(await output('lua', code)).toBe(
      '[3,true,"json.null","{\\"a\\":[],\\"b\\":[1,2]}","é😀\\n","json.decode: it is not JSON at byte 4","float","integer"]',
    );
  });

  test('an integer of more than 64 bits becomes a float in Lua, with a warning', async () => {
    const { outcome } = await run('lua', 'function run(inputs) return inputs.x end', {
      inputs: { x: '36893488147419103232' },
    });
    expect(shown(outcome)).toBe('36893488147419103000.0');
    expect(outcome.warnings).toEqual([expect.stringMatching(/64 bits/)]);
  });
});

test('native steps leave no file behind', async () => {
  await run('python', 'def run(inputs): return inputs', { inputs: { a: '1' } });
  await run('lua', 'os.exit(3)');
  const socket = dirname(await rig.socket());
  const left = readdirSync(socket)
    .filter((name) => name.startsWith('thread-'))
    .flatMap((name) => readdirSync(join(socket, name)));
  expect(left.filter((name) => name !== 'step.py' && name !== 'step.lua' && name !== '__pycache__')).toEqual([]);
});

/** In Lua an object has no nil members: they are not there. */
function withoutNullMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullMembers);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key, member]) => member !== null && key !== '__proto__');
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNullMembers(member)]));
}
