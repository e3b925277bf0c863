// Every limit of a step: what goes over it fails with the limit's name, value and origin; what stays below succeeds.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Limits } from '../../runners/contract.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import type { Engine } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { StepRecord } from '../../src/model/record.ts';
import type { LimitsDefinition } from '../../src/parse/shared-definitions.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { limitsOf } from '../../src/run/limits.ts';
import { Modules } from '../runners/wasm/modules.ts';
import { runningWith } from '../support/processes.ts';

let engine: Engine;
const modules = new Modules();
beforeAll(() => {
  engine = createEngine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  modules.close();
});

async function runStep(
  step: StepDefinition,
  limits?: LimitsDefinition,
  on: Engine = engine,
): Promise<StepRecord & { printed: string }> {
  const plan = await on.define({ steps: { only: step }, ...(limits !== undefined && { limits }) });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
  let printed = '';
  const { finished } = on.start(plan.value, {
    listener: {
      onEvent: (event) => {
        if (event.kind === 'step-printed') printed += event.lines.map(({ text }) => `${text}\n`).join('');
      },
    },
  });
  const record = (await finished).steps.get('only')!;
  return { ...record, printed };
}

const GROW = `(module (memory (export "memory") 1)
  (func (export "run") (result i32)
    (loop $more
      (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable)))
      (br $more))
    (i32.const 0))
  (func (export "some") (result i32)
    (i32.eq (memory.grow (i32.const 160)) (i32.const -1))))`;

describe('memory', () => {
  const LUA = (count: string): string =>
    `local t = {}\nfunction run()\n  for i = 1, ${count} do t[i] = "piece " .. i end\n  return #t\nend`;
  const JS = (count: string): string =>
    `export default () => { const all = []; for (let i = 0; i < ${count}; i++) all.push(new Uint8Array(1e6)); return all.length; }`;
  const STRINGS = `export default () => { const all = []; for (;;) all.push('piece ' + all.length); }`;

  it.each<[string, StepDefinition]>([
    ['Lua', { language: 'lua', code: LUA('1e9') }],
    ['JavaScript arrays', { language: 'javascript', code: JS('1e9') }],
    ['JavaScript strings', { language: 'javascript', code: STRINGS }],
  ])('of %s ends where the limit says', async (_, step) => {
    const { failure, usage } = await runStep({ ...step, limits: { memory: '64MB' } });
    expect(failure).toEqual({
      reason: 'limit',
      limit: 'memory',
      message: 'The step used more memory than limits.memory (64 MiB, set by the step)',
    });
    expect(usage?.memoryBytes).toBeLessThanOrEqual(64 * 1024 ** 2);
    expect(usage?.memoryBytes).toBeGreaterThan(50 * 1024 ** 2);
  });

  it.each<[string, StepDefinition, unknown]>([
    ['Lua', { language: 'lua', code: LUA('2e5') }, '200000'],
    ['JavaScript', { language: 'javascript', code: JS('30') }, '30'],
  ])('of %s below the limit is had', async (_, step, output) => {
    const record = await runStep({ ...step, limits: { memory: '64MB' } });
    expect(Buffer.from(record.output ?? []).toString()).toBe(output);
    expect(record.usage?.memoryBytes).toBeGreaterThan(0);
  });

  it('of a step does not depend on what the one before it needed', async () => {
    await runStep({ language: 'javascript', code: JS('45') });
    const { failure } = await runStep({ language: 'javascript', code: JS('30'), limits: { memory: '20MB' } });
    expect(failure).toMatchObject({ reason: 'limit', limit: 'memory' });
  });

  it('may be more than the default where the step says so', async () => {
    const step: StepDefinition = { language: 'javascript', code: JS('1100') };
    expect((await runStep(step)).failure).toMatchObject({
      message: 'The step used more memory than limits.memory (1 GiB, the default)',
    });
    expect((await runStep({ ...step, limits: { memory: '1500MB' } })).status).toBe('succeeded');
  });

  it('of a WASM module ends where the limit says, and is had below it', async () => {
    const module = await modules.assemble(GROW);
    const { failure, usage } = await runStep({ module, limits: { memory: '16MB' } });
    expect(failure).toMatchObject({ reason: 'limit', limit: 'memory' });
    expect(failure).toHaveProperty('message', expect.stringContaining('limits.memory (16 MiB, set by the step)'));
    expect(usage?.memoryBytes).toBeLessThanOrEqual(16 * 1024 ** 2);
    const below = await runStep({ module, func: 'some', limits: { memory: '16MB' } });
    expect(below).toMatchObject({ status: 'succeeded', usage: { memoryBytes: 161 * 65_536 } });
    const above = await runStep({ module, func: 'some', limits: { memory: '4MB' } });
    expect(above.warnings).toEqual([expect.stringContaining('warning code 1')]);
  });

  it('that a WASM module begins with counts', async () => {
    const module = await modules.assemble('(module (memory 32) (func (export "run") (result i32) (i32.const 0)))');
    expect((await runStep({ module, limits: { memory: '1MB' } })).failure).toMatchObject({ limit: 'memory' });
    expect((await runStep({ module, limits: { memory: '2MB' } })).status).toBe('succeeded');
  });
});

describe('CPU time', () => {
  it.each<[string, StepDefinition]>([
    ['Lua', { language: 'lua', code: 'while true do end' }],
    ['JavaScript', { language: 'javascript', code: 'for (;;) {}' }],
    ['a pattern that never looks up', { language: 'lua', code: `string.find(("a"):rep(2e5), ("a*"):rep(9) .. "b")` }],
  ])('of %s ends at the limit', async (_, step) => {
    const { failure, usage } = await runStep({ ...step, limits: { cpu: '300ms' } });
    expect(failure).toEqual({
      reason: 'limit',
      limit: 'cpu',
      message: 'The step used more CPU time than limits.cpu (300ms, set by the step)',
    });
    expect(usage?.cpuMs).toBeGreaterThanOrEqual(300);
    expect(usage?.cpuMs).toBeLessThan(400);
  });

  it.each<[string, StepDefinition]>([
    ['shell', { cmd: 'while :; do :; done' }],
    ['native Python', { language: 'python', runtime: 'native', code: 'while True: pass' }],
    ['shell and what it starts', { cmd: 'while :; do :; done & while :; do :; done' }],
  ])('of %s ends at the limit, also on a busy machine', async (_, step) => {
    const hogs = Array.from({ length: 4 }, () => spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
    const { failure, usage } = await runStep({ ...step, limits: { cpu: '400ms' } }).finally(() =>
      hogs.forEach((hog) => hog.kill('SIGKILL')),
    );
    expect(failure).toMatchObject({
      limit: 'cpu',
      message: 'The step used more CPU time than limits.cpu (400ms, set by the step)',
    });
    expect(usage?.cpuMs).toBeGreaterThanOrEqual(400);
    expect(usage?.cpuMs).toBeLessThan(500);
  });

  it('is not what passes while a step waits', async () => {
    const code = 'export default () => new Promise((resolve) => setTimeout(() => resolve(1), 600));';
    const { status, usage } = await runStep({ language: 'javascript', code, limits: { cpu: '300ms' } });
    expect(status).toBe('succeeded');
    expect(usage?.wallMs).toBeGreaterThanOrEqual(600);
    expect(usage?.cpuMs).toBeLessThan(300);
  });
});

describe('wall time', () => {
  const waits: StepDefinition = {
    language: 'javascript',
    code: 'export default () => new Promise((resolve) => setTimeout(resolve, 60_000));',
  };

  it('ends at the limit, whoever set it', async () => {
    expect((await runStep(waits, { wall: '200ms' })).failure).toEqual({
      reason: 'limit',
      limit: 'wall',
      message: 'The step took longer than limits.wall (200ms, set by the workflow)',
    });
    const config = defaultConfig();
    await using configured = createEngine({ config: { ...config, limits: { ...config.limits, wallMs: 200 } } });
    expect((await runStep(waits, undefined, configured)).failure).toHaveProperty(
      'message',
      'The step took longer than limits.wall (200ms, as configured)',
    );
  });

  it('is the shorter one of timeout and limits.wall', async () => {
    const shorter = await runStep({ ...waits, timeout: '200ms', limits: { wall: '1m' } });
    expect(shorter.failure).toEqual({ reason: 'timed-out', afterMs: 200 });
    const longer = await runStep({ ...waits, timeout: '1m', limits: { wall: '200ms' } });
    expect(longer.failure).toMatchObject({ reason: 'limit', limit: 'wall' });
  });
});

describe('what a step prints', () => {
  it.each<[string, StepDefinition, number]>([
    ['Lua', { language: 'lua', code: 'for i = 1, 100 do print(("x"):rep(99)) end return 1' }, 10_000],
    [
      'JavaScript',
      {
        language: 'javascript',
        code: 'for (let i = 0; i < 100; i++) console.log("x".repeat(99)); export default () => 1;',
      },
      10_000,
    ],
    [
      'a shell',
      { cmd: 'for i in $(seq 50); do printf "%099d\\n" 0; printf "%099d\\n" 0 >&2; done; echo 1 > $HWFE_OUTPUT' },
      10_000,
    ],
  ])('in %s is shown up to the limit, the rest counted and said', async (_, step, bytes) => {
    const cut = await runStep({ ...step, limits: { stdout: '2KB' } });
    expect(cut.status).toBe('succeeded');
    expect(cut.printed.length).toBeGreaterThan(1900);
    expect(cut.printed.length).toBeLessThanOrEqual(2050);
    const rest = Number(((bytes - 2048) / 1024).toFixed(1));
    expect(cut.warnings).toEqual([
      `… ${rest} KiB more were printed and left out (limits.stdout is 2 KiB, set by the step)`,
    ]);
    const whole = await runStep({ ...step, limits: { stdout: '10KB' } });
    expect(whole.printed.length).toBe(bytes);
    expect(whole.warnings).toBeUndefined();
  });

  it('is cut between characters', async () => {
    const { printed } = await runStep({ language: 'lua', code: 'print("aéé") return 1', limits: { stdout: 4 } });
    expect(printed).toBe('aé\n');
  });
});

describe('processes of the host', () => {
  const env = { FILE: join(modules.directory, 'written') };

  const PYTHON = (megabytes: string): string => `
import time
def run():
    kept = []
    for i in range(${megabytes}):
        kept.append(bytearray(b"x") * 1000000)
    time.sleep(0.2)
    return len(kept)
`;
  const BUSY = 'i=0; while [ $i -lt COUNT ]; do i=$((i+1)); done';

  it.each<[string, keyof LimitsDefinition, string, StepDefinition, StepDefinition]>([
    [
      'memory of a native step',
      'memory',
      '100MB',
      { language: 'python', runtime: 'native', code: PYTHON('10**6') },
      { language: 'python', runtime: 'native', code: PYTHON('30') },
    ],
    [
      'memory of all processes of a shell step',
      'memory',
      '60MB',
      {
        cmd: 'for n in 1 2 3; do python3 -c \'import time; x = bytearray(b"x") * 30000000; time.sleep(20)\' & done; wait',
      },
      { cmd: 'python3 -c \'import time; x = bytearray(b"x") * 30000000; time.sleep(0.2)\'' },
    ],
    [
      'CPU time of a shell step',
      'cpu',
      '400ms',
      { cmd: 'while :; do :; done' },
      { cmd: BUSY.replace('COUNT', '1000') },
    ],
    [
      'CPU time of processes that left the step’s group',
      'cpu',
      '400ms',
      { cmd: "setsid sh -c 'while :; do :; done' & sleep 20.71" },
      { cmd: 'setsid true; sleep 0.1' },
    ],
    [
      'CPU time of a native step',
      'cpu',
      '700ms',
      { language: 'javascript', runtime: 'native', code: 'for (;;) {}' },
      { language: 'javascript', runtime: 'native', code: 'export default () => 1;' },
    ],
    [
      'processes',
      'processes',
      '20',
      { cmd: 'for i in $(seq 200); do sleep 20.71 & done; wait' },
      { cmd: 'for i in $(seq 10); do sleep 0.1 & done; wait' },
    ],
    [
      'files of a shell step',
      'files',
      '100KB',
      { cmd: 'printf "%0200000d" 1 > "$FILE"', env },
      { cmd: 'printf "%090000d" 1 > "$FILE"', env },
    ],
    [
      'files of a program of a shell step',
      'files',
      '100KB',
      { cmd: 'head -c 200000 /dev/zero > "$FILE"', env },
      { cmd: 'head -c 90000 /dev/zero > "$FILE"', env },
    ],
    [
      'files of a native step',
      'files',
      '100KB',
      {
        language: 'javascript',
        runtime: 'native',
        env,
        code: 'export default () => { require("fs").writeFileSync(process.env.FILE, "x".repeat(200000)); };',
      },
      {
        language: 'javascript',
        runtime: 'native',
        env,
        code: 'export default () => { require("fs").writeFileSync(process.env.FILE, "x".repeat(90000)); };',
      },
    ],
  ])('%s end where the limit says, and are had below it', async (_, limit, value, over, below) => {
    const limits = { [limit]: limit === 'processes' ? Number(value) : value };
    const { failure } = await runStep({ ...over, limits });
    expect(failure).toMatchObject({ reason: 'limit', limit });
    expect(failure).toHaveProperty(
      'message',
      expect.stringMatching(new RegExp(`limits\\.${limit} \\(.*, set by the step\\)$`)),
    );
    expect(runningWith('sleep 20.71')).toEqual([]);
    expect(await runStep({ ...below, limits })).toMatchObject({ status: 'succeeded' });
  });

  it('leave their CPU time and their memory in the record, short ones too where they were there to be seen', async () => {
    const busy = await runStep({ cmd: BUSY.replace('COUNT', '300000') });
    expect(busy.usage?.cpuMs).toBeGreaterThanOrEqual(50);
    expect(busy.usage?.memoryBytes).toBeGreaterThan(100_000);
    const short = await runStep({ cmd: 'sleep 0.05' });
    expect(short.usage?.memoryBytes).toBeGreaterThan(0);
    // It may be gone before anything can look at it.
    const gone = await runStep({ cmd: 'true' });
    expect(gone.usage?.memoryBytes ?? 1).toBeGreaterThan(0);
    const watched = await runStep({
      language: 'python',
      runtime: 'native',
      code: PYTHON('30'),
      limits: { memory: '1GB' },
    });
    expect(watched.usage?.memoryBytes).toBeGreaterThan(30e6);
    expect(watched.usage?.memoryBytes).toBeLessThan(60e6);
  });
});

describe('bombs', () => {
  const MEMORY_MB = 32;
  const PYTHON_MB = 64;
  const KINDS: Record<string, { step: StepDefinition; limit?: string }> = {
    lua: {
      step: { language: 'lua', code: 'local t = {} for i = 1, 1e9 do t[i] = "piece " .. i end' },
      limit: 'memory',
    },
    javascript: {
      step: { language: 'javascript', code: 'const all = []; for (;;) all.push(new Uint8Array(1e6));' },
      limit: 'memory',
    },
    output: { step: { language: 'lua', code: 'return ("x"):rep(2e6)' }, limit: 'output' },
    flood: {
      step: {
        language: 'javascript',
        code: 'for (let i = 0; i < 2e4; i++) console.log("x".repeat(99)); export default () => 1;',
      },
    },
    shell: { step: { cmd: 'yes | head -c 5000000; echo 1 > $HWFE_OUTPUT' } },
    python: {
      step: {
        language: 'python',
        code: 'a = []\nwhile True: a.append(bytearray(1 << 20))',
        limits: { memory: `${PYTHON_MB}MB` },
      },
      limit: 'memory',
    },
    loop: { step: { language: 'javascript', code: 'for (;;);', limits: { cpu: '100ms' } }, limit: 'cpu' },
    files: {
      step: { cmd: 'head -c 5000000 /dev/zero > "$HWFE_WORKDIR/f$$"', limits: { files: '1MB' } },
      limit: 'files',
    },
    host: { step: { cmd: 'x=$(head -c 300000000 /dev/zero | tr "\\0" x); sleep 9' }, limit: 'memory' },
    // Never one without an end: whatever held it would be tried on the machine that runs the tests.
    forks: { step: { cmd: 'for i in $(seq 200); do sleep 20.71 & done; wait' }, limit: 'processes' },
  };
  const EACH = 8;
  const PROCESSES = 20;

  it('of every kind, eight of each, eight at once, end one by one, and the engine stays small', async () => {
    const module = await modules.assemble(GROW);
    const kinds: typeof KINDS = { ...KINDS, wasm: { step: { module }, limit: 'memory' } };
    const steps = Object.entries(kinds).flatMap(([kind, { step }]) =>
      Array.from({ length: EACH }, (_, i) => [`${kind}-${i}`, step] as const),
    );
    const limits = { memory: `${MEMORY_MB}MB`, output: '1MB', stdout: '1MB', processes: PROCESSES };
    const plan = await engine.define({
      mode: 'work-stealing',
      failure_mode: 'continue',
      limits,
      steps: Object.fromEntries(steps),
    });
    if (!plan.ok) throw new Error(plan.error[0]?.message);
    const before = process.memoryUsage.rss();
    let most = 0;
    const sampler = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 10);
    const record = await engine.start(plan.value, { maxParallelSteps: EACH }).finished;
    clearInterval(sampler);
    for (const [kind, { limit }] of Object.entries(kinds)) {
      for (let i = 0; i < EACH; i++) {
        const { status, failure, warnings } = record.steps.get(`${kind}-${i}`)!;
        if (limit === undefined)
          expect({ status, warnings }).toEqual({
            status: 'succeeded',
            warnings: [expect.stringContaining('left out')],
          });
        else expect(failure).toMatchObject({ reason: 'limit', limit });
      }
    }
    expect(runningWith('sleep 20.71')).toEqual([]);
    // Threads of each language stay, each with an interpreter of up to that much, beside their own 30 MB or so.
    const pythons = EACH * (PYTHON_MB + 60);
    expect(most - before).toBeLessThan((4 * EACH * (MEMORY_MB + 40) + pythons) * 1024 ** 2);
  }, 120_000);
});

describe('the limits of one attempt', () => {
  const configured: Limits = { output: 100, stdout: 100, wall: 1000 };

  it('are the configuration itself where the step says nothing', () => {
    expect(limitsOf({}, configured)).toBe(configured);
  });

  it('are the step’s where it says something, and 0 lifts what the configuration says', () => {
    const own = { wall: { value: 0, from: 'step' }, output: { value: 0, from: 'workflow' } } as const;
    expect(limitsOf(own, configured)).toEqual({ output: 0, stdout: 100, setBy: { wall: 'step', output: 'workflow' } });
  });

  it('come one by one from the step before the workflow', async () => {
    const plan = await engine.define({
      limits: { cpu: '5s', wall: '1m' },
      steps: { a: { code: 'return 1', limits: { cpu: '1s' } } },
    });
    expect(plan.ok && plan.value.workflow.steps[0]?.limits).toEqual({
      cpu: { value: 1000, from: 'step' },
      wall: { value: 60_000, from: 'workflow' },
    });
  });
});
