/** WASI commands: their streams, arguments, environment, clock and status, and that nothing else is there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Runner } from '../../runners/contract.ts';
import { randomFor } from '../../runners/grants/random.ts';
import { runModule, wasmRunner } from './wasm/job.ts';
import { CAT, Modules } from './wasm/modules.ts';

const modules = new Modules();
let runner: Runner;
beforeAll(async () => {
  runner = await wasmRunner();
});
afterAll(() => modules.close());

const IMPORTS = `
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
const MEMORY = '(memory (export "memory") 1)';

/** A command that writes texts to file descriptors and exits. */
function writing(texts: readonly (readonly [number, string])[], status = 0): string {
  let at = 1024;
  const data: string[] = [];
  const calls = texts.map(([fd, text]) => {
    const bytes = [...Buffer.from(text)];
    data.push(`(data (i32.const ${at}) "${bytes.map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")`);
    const call = `(i32.store (i32.const 0) (i32.const ${at})) (i32.store (i32.const 4) (i32.const ${bytes.length}))
      (drop (call $write (i32.const ${fd}) (i32.const 0) (i32.const 1) (i32.const 8)))`;
    at += bytes.length;
    return call;
  });
  return `(module ${IMPORTS} ${MEMORY} ${data.join('\n')}
    (func (export "_start") ${calls.join('\n')} (call $exit (i32.const ${status}))))`;
}

async function output(texts: readonly (readonly [number, string])[]): Promise<unknown> {
  return (await runModule(runner, { path: await modules.assemble(writing(texts)) })).shown;
}

describe('the output', () => {
  test('is stdout, if all of it is one JSON value', async () => {
    expect(
      await output([
        [1, '[1,\n'],
        [1, ' {"b": 5.0, "a": null} ]\n'],
      ]),
    ).toBe('[1,{"a":null,"b":5.0}]');
    expect(await output([[1, ' 12 ']])).toBe('12');
  });

  test('is else the first line that is a JSON object', async () => {
    expect(await output([[1, 'counting\n{"no}\n  {"a":1} \n{"b":2}\n']])).toBe('{"a":1}');
  });

  test('is else what was printed', async () => {
    expect(
      await output([
        [1, 'out\n'],
        [2, ' err \n'],
      ]),
    ).toBe('{"exit_code":0,"stderr":"err","stdout":"out"}');
    expect(await output([])).toBe('{"exit_code":0,"stderr":"","stdout":""}');
  });

  test('fails the step when it is over the limit', async () => {
    const path = await modules.assemble(writing([[1, `"${'x'.repeat(2000)}"`]]));
    const { shown } = await runModule(runner, { path, outputLimit: 1000 });
    expect(shown).toMatchObject({ reason: 'limit', limit: 'output', message: expect.stringMatching(/2,002.*1,000/) });
  });
});

test('lines are printed, but for a JSON value that is the output', async () => {
  const mixed = await modules.assemble(
    writing([
      [1, 'one\ntwo\n'],
      [2, 'three\n'],
    ]),
  );
  expect((await runModule(runner, { path: mixed })).lines).toEqual([
    { stream: 'stdout', text: 'one' },
    { stream: 'stdout', text: 'two' },
    { stream: 'stderr', text: 'three' },
  ]);
  const json = await modules.assemble(writing([[1, '{"a":1}\n']]));
  expect((await runModule(runner, { path: json })).lines).toEqual([]);
});

test('a status other than 0 fails the step with the last lines of stderr', async () => {
  const path = await modules.assemble(
    writing(
      [
        [1, '{"a":1}\n'],
        [2, 'no space\nleft\n'],
      ],
      7,
    ),
  );
  const { shown, lines } = await runModule(runner, { path });
  expect(shown).toEqual({
    reason: 'exited',
    status: 7,
    lastLines: ['no space', 'left'],
    position: { file: 'workflows/contract.lua', line: 40 },
  });
  expect(lines).toContainEqual({ stream: 'stdout', text: '{"a":1}' });
});

test('stdin is one object of all inputs', async () => {
  const path = await modules.assemble(CAT);
  const inputs = { b: '"it\'s \\"x\\"\\n😀\\u0000\u2028"', a: '{"id":9007199254740993,"x":5.0}' };
  expect((await runModule(runner, { path, inputs })).shown).toBe(`{"a":${inputs.a},"b":${inputs.b}}`);
  expect((await runModule(runner, { path })).shown).toBe('{}');
});

test('args and env are there, after the name of the module', async () => {
  const path = await modules.assemble(`(module ${IMPORTS}
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
    ${MEMORY}
    (func $print (param $at i32) (param $length i32)
      (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $length))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "_start")
      (drop (call $args_sizes (i32.const 16) (i32.const 20)))
      (drop (call $args (i32.const 512) (i32.const 1024)))
      (call $print (i32.const 1024) (i32.load (i32.const 20)))
      (drop (call $environ_sizes (i32.const 16) (i32.const 20)))
      (drop (call $environ (i32.const 512) (i32.const 1024)))
      (call $print (i32.const 1024) (i32.load (i32.const 20)))))`);
  const { shown } = await runModule(runner, { path, args: ['--fast', 3], env: { LEVEL: 'höch' } });
  expect(JSON.parse(shown as string)).toMatchObject({ stdout: 'modules/tested.wasm\0--fast\x003\0LEVEL=höch\0' });
});

test('the clock runs and sleeping takes its time', async () => {
  // Sleeps 30 ms by a relative clock subscription, and exits with 0 only if the clock agrees.
  const path = await modules.assemble(`(module ${IMPORTS}
    (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    ${MEMORY}
    (func (export "_start")
      (drop (call $time (i32.const 1) (i64.const 0) (i32.const 16)))
      (i32.store (i32.const 528) (i32.const 1))
      (i64.store (i32.const 536) (i64.const 30000000))
      (drop (call $poll (i32.const 512) (i32.const 1024) (i32.const 1) (i32.const 32)))
      (drop (call $time (i32.const 1) (i64.const 0) (i32.const 24)))
      (call $exit (i32.or
        (i64.lt_u (i64.sub (i64.load (i32.const 24)) (i64.load (i32.const 16))) (i64.const 30000000))
        (i32.ne (i32.load (i32.const 32)) (i32.const 1))))))`);
  expect((await runModule(runner, { path })).shown).toBe('{"exit_code":0,"stderr":"","stdout":""}');
});

test('random bytes differ', async () => {
  const path = await modules.assemble(`(module ${IMPORTS}
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    ${MEMORY}
    (func (export "_start")
      (drop (call $random (i32.const 16) (i32.const 16)))
      (call $exit (i64.eq (i64.load (i32.const 16)) (i64.load (i32.const 24))))))`);
  expect((await runModule(runner, { path })).outcome.ok).toBe(true);
});

describe("a clock and random bytes that are not the machine's", () => {
  const asking = (call: string): Promise<string> =>
    modules.assemble(`(module ${IMPORTS}
      (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      ${MEMORY} (func (export "_start") ${call}))`);
  const timeIs = (ns: bigint): string =>
    `(drop (call $time (i32.const 0) (i64.const 0) (i32.const 16))) (call $exit (i64.ne (i64.load (i32.const 16)) (i64.const ${ns})))`;

  test('tell the time that stands still', async () => {
    const path = await asking(timeIs(5_000_000_001_000n));
    expect((await runModule(runner, { path, clock: { kind: 'frozen', at: 5_000_000 } })).outcome.ok).toBe(true);
    expect((await runModule(runner, { path })).outcome.ok).toBe(false);
  });

  test('are the same for the same seed', async () => {
    const first = Buffer.alloc(8);
    const random = { kind: 'seeded', seed: Buffer.from('seed') } as const;
    randomFor(random).fill(first);
    const path = await asking(
      `(drop (call $random (i32.const 16) (i32.const 8))) (call $exit (i64.ne (i64.load (i32.const 16)) (i64.const ${first.readBigInt64LE()})))`,
    );
    expect((await runModule(runner, { path, random })).outcome.ok).toBe(true);
    expect((await runModule(runner, { path })).outcome.ok).toBe(false);
  });

  test.each([
    ['time', '(call $exit (call $time (i32.const 0) (i64.const 0) (i32.const 16)))', 'clock'],
    ['random bytes', '(call $exit (call $random (i32.const 16) (i32.const 8)))', 'random'],
  ])('are refused where the permissions rule them out: %s', async (_what, call, name) => {
    const path = await asking(call);
    const { shown } = await runModule(runner, { path, [name]: { kind: 'refused', by: 'step' } });
    expect(shown).toMatchObject({ reason: 'not-granted', grant: `permissions = { ${name} = true }` });
  });
});

test('no file of the host can be opened', async () => {
  // Exits with what path_open answers for every descriptor a directory might have: "bad descriptor" is 8.
  const path = await modules.assemble(`(module ${IMPORTS}
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    ${MEMORY}
    (data (i32.const 64) "/etc/passwd")
    (func (export "_start")
      (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 11)
        (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 16)))))`);
  expect((await runModule(runner, { path })).shown).toMatchObject({ reason: 'exited', status: 8 });
});

test('an address beyond the memory is a trap of the module', async () => {
  const path = await modules.assemble(`(module ${IMPORTS} ${MEMORY}
    (func (export "_start") (drop (call $write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 8)))))`);
  expect((await runModule(runner, { path })).shown).toMatchObject({
    reason: 'threw',
    message: expect.stringMatching(/trapped/),
  });
});

test('WASI that is switched off is not granted', async () => {
  const { shown } = await runModule(await wasmRunner(false), { path: await modules.assemble(CAT) });
  expect(shown).toMatchObject({ reason: 'not-granted', grant: 'runners.wasm.wasi_enabled = true' });
});
