// Embedded steps in processes of their own: the same outcomes as in threads, and a lost process costs one step.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Isolation } from '../../runners/contract.ts';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import { allProcesses } from '../../runners/process/table.ts';
import type { Engine } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { RunRecord } from '../../src/model/record.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';

const bubblewrap = await findBubblewrap(process.env['PATH']);
if (!bubblewrap.ok) console.warn(`Slots in a sandbox are not tested here. ${bubblewrap.message}`);
const TIERS: readonly Isolation[] = bubblewrap.ok ? ['process', 'os'] : ['process'];
const ROOT = join(import.meta.dirname, '../..');

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ cwd: ROOT });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

interface Ended {
  readonly record: RunRecord;
  readonly printed: readonly string[];
  /** The output's text, or the failure. */
  of(step: string): unknown;
}

async function run(isolation: Isolation, steps: Record<string, StepDefinition>, cap = 2): Promise<Ended> {
  const plan = await engine.define({
    isolation,
    mode: 'work-stealing',
    max_parallel_steps: cap,
    failure_mode: 'continue',
    steps,
  });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
  const printed: string[] = [];
  const listener = {
    onEvent: (event: { kind: string; lines?: readonly { text: string }[] }) =>
      void (event.kind === 'step-printed' && printed.push(...event.lines!.map(({ text }) => text))),
  };
  const record = await engine.start(plan.value, { listener }).finished;
  const of = (step: string): unknown => {
    const { output, failure } = record.steps.get(step)!;
    return output === undefined ? failure : Buffer.from(output).toString();
  };
  return { record, printed, of };
}

describe.each(TIERS)('with isolation "%s"', (tier) => {
  test.each([
    [
      'lua',
      'print("one") print("two") return {n=10//3, id=9007199254740993, at=os.getenv("AT")}',
      '{"at":"x","id":9007199254740993,"n":3}',
    ],
    [
      'javascript',
      'function run() { console.log("one\\ntwo"); return [1.5, "é\\u2028", process.env.AT] }',
      '[1.5,"é\u2028","x"]',
    ],
    [
      'python',
      'import os, sqlite3\ndef run():\n    print("one")\n    print("two")\n    return [os.environ["AT"], 5.0]',
      '["x",5.0]',
    ],
  ] as const)('a %s step prints and hands on as in a thread', async (language, code, output) => {
    const ended = await run(tier, { a: { language, code, env: { AT: 'x' } } });
    expect(ended.of('a')).toBe(output);
    expect(ended.printed).toEqual(['one', 'two']);
    expect(ended.record.steps.get('a')).toMatchObject({ isolation: tier, runtime: 'embedded' });
    expect(ended.record.steps.get('a')!.usage!.cpuMs).toBeGreaterThan(0);
  });

  test('a WASM module is run, and one that is not there is told', async () => {
    const ended = await run(tier, { a: { module: 'workflows/wasm/crc32.wasm' } });
    expect(ended.of('a')).toMatch(/^\{"crc32":/);
  });

  test('large values pass, each in its bytes', async () => {
    const ended = await run(tier, {
      big: {
        language: 'javascript',
        code: 'function run() { return Array.from({ length: 100000 }, (_, i) => ({ i, s: "ü" + i })) }',
      },
      back: { language: 'python', code: 'def run(i): return i["big"]', depends_on: 'big' },
      count: { code: 'return #inputs.back', depends_on: 'back' },
    });
    expect(ended.of('count')).toBe('100000');
    expect(ended.of('back')).toBe(ended.of('big'));
  });

  test('nothing that a step leaves is found by the next', async () => {
    const code = 'function run() { const seen = globalThis.left; globalThis.left = 1; return seen ?? null }';
    const ended = await run(tier, { a: { language: 'javascript', code }, b: { language: 'javascript', code } }, 1);
    expect([ended.of('a'), ended.of('b')]).toEqual(['null', 'null']);
  });

  test.each([
    ['time', 'while true do end', { timeout: '300ms' }, { reason: 'timed-out', afterMs: 300 }],
    ['CPU time', 'while true do end', { limits: { cpu: '300ms' } }, { reason: 'limit', limit: 'cpu' }],
    [
      'memory',
      'local t = {} while true do t[#t+1] = ("x"):rep(1e6) .. #t end',
      { limits: { memory: '64MB' } },
      { reason: 'limit', limit: 'memory' },
    ],
    ['depth', 'local function f(n) return f(n + 1) + 1 end return f(0)', {}, { reason: 'threw' }],
    ['output', 'return ("x"):rep(2e6)', { limits: { output: '1MB' } }, { reason: 'limit', limit: 'output' }],
  ] as const)('a step over its %s is ended, and the next runs', async (_, code, more, failure) => {
    const ended = await run(tier, { a: { code, ...more }, b: { code: 'return 1' } }, 1);
    expect(ended.of('a')).toMatchObject(failure);
    expect(ended.of('b')).toBe('1');
  });

  test('a process that is killed costs its step and no other', async () => {
    const plan = await engine.define({
      isolation: tier,
      mode: 'work-stealing',
      max_parallel_steps: 2,
      failure_mode: 'continue',
      steps: {
        a: { code: 'local t = os.clock() while os.clock() < t + 1 do end print("begun") while true do end' },
        b: {
          language: 'javascript',
          code: 'function run() { return new Promise((done) => setTimeout(done, 2500, 1)) }',
        },
        c: { code: 'return "later"', depends_on: 'b' },
      },
    });
    if (!plan.ok) throw new Error('The plan is wrong');
    const { finished } = engine.start(plan.value, {
      listener: {
        onEvent: (event) => {
          if (event.kind === 'step-printed' && event.step === 'a')
            void busiestSlot().then((pid) => process.kill(pid, 'SIGKILL'));
        },
      },
    });
    const { steps } = await finished;
    const failures = ['a', 'b'].flatMap((name) => steps.get(name)!.failure ?? []);
    expect(failures).toMatchObject([{ reason: 'thread-lost' }]);
    expect(steps.get('a')!.status).toBe('failed');
    expect(steps.get('c')!.status).toBe('succeeded');
  });
});

/** The process of the step that works most. */
async function busiestSlot(): Promise<number> {
  const isSlot = (pid: number): boolean =>
    /slot\/index\.js/.test(commandLine(pid)) && !/bwrap|^\/bin\/sh/.test(commandLine(pid));
  const before = new Map(allProcesses().map(({ pid, cpuMs }) => [pid, cpuMs]));
  await sleep(300);
  const since = (pid: number, cpuMs: number): number => cpuMs - (before.get(pid) ?? 0);
  const slots = allProcesses().filter(({ pid }) => isSlot(pid));
  return slots.toSorted((a, b) => since(b.pid, b.cpuMs) - since(a.pid, a.cpuMs))[0]!.pid;
}

function commandLine(pid: number): string {
  return existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : '';
}

test.each(TIERS)('with isolation "%s", no busy process outlives an engine that is killed', async (tier) => {
  const program = `import { createEngine } from ${JSON.stringify(join(ROOT, 'dist/src/index.js'))};
    const engine = createEngine();
    const plan = await engine.define({ isolation: '${tier}', steps: { a: { code: 'print("begun") while true do end' } } });
    engine.start(plan.value, { listener: { onEvent: (event) => event.kind === 'step-printed' && console.log('begun') } });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const below = descendants(child.pid!);
  expect(below.length).toBeGreaterThan(1);
  child.kill('SIGKILL');
  for (let tries = 0; tries < 60 && below.some(isAlive); tries++) await sleep(50);
  expect(below.filter(isAlive)).toEqual([]);
});

function descendants(pid: number): number[] {
  const rows = allProcesses();
  const below = (parent: number): number[] =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row.pid, ...below(row.pid)]);
  return below(pid);
}

function isAlive(pid: number): boolean {
  return allProcesses().some((row) => row.pid === pid && !row.isZombie);
}

test('an engine that runs slots does not open its debugger for who signals it', async () => {
  const program = `import { createEngine } from ${JSON.stringify(join(ROOT, 'dist/src/index.js'))};
    const engine = createEngine();
    const plan = await engine.define({ isolation: 'process', steps: { a: { code: 'return 1' } } });
    await engine.start(plan.value).finished;
    console.log('done');
    setTimeout(() => engine[Symbol.asyncDispose](), 500);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child.stdout, 'data');
  child.kill('SIGUSR1');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(said).toBe('');
});

test('a slot holds no line to the engine but its channel and the one for what was granted', async () => {
  const plan = await engine.define({
    isolation: 'process',
    steps: { a: { code: 'print("begun") while true do end', timeout: '2s' } },
  });
  if (!plan.ok) throw new Error('The plan is wrong');
  let sockets: Promise<string[]> | undefined;
  await engine.start(plan.value, {
    listener: {
      onEvent: (event) => {
        if (event.kind === 'step-printed') sockets = busiestSlot().then(socketsOf);
      },
    },
  }).finished;
  expect(await sockets).toEqual(['3', '5']);
});

function socketsOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).filter((fd) => readlinkSync(join(directory, fd)).startsWith('socket:'));
}
