/** WASM steps: how modules are found, checked and told apart, and functions on numbers and JSON. */
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Runner } from '../../runners/contract.ts';
import { runModule, wasmRunner } from './wasm/job.ts';
import { ECHO, Modules } from './wasm/modules.ts';

const modules = new Modules();
let runner: Runner;
beforeAll(async () => {
  runner = await wasmRunner();
});
afterAll(() => modules.close());

const returning = (code: number): string => `(module (func (export "run") (result i32) (i32.const ${code})))`;

describe('a function () -> i32 without args', () => {
  test('0 is success, with the summary of the original engine', async () => {
    const path = await modules.assemble(returning(0));
    const inputs = {
      a: '[1,[2,3],{"x":","}]',
      b: '{"k":1,"l":{"m":2}}',
      c: '"héé"',
      d: '5.0',
      e: 'true',
      f: 'null',
      g: '[]',
    };
    const { outcome, shown } = await runModule(runner, { path, inputs });
    expect(JSON.parse(shown as string)).toEqual({
      wasm_execution: {
        module: 'modules/tested.wasm',
        function: 'run',
        return_code: 0,
        status: 'success',
        input_count: 7,
      },
      input_summary: {
        a: 'array[3]',
        b: 'object[2]',
        c: 'string[5]',
        d: 'number[5.0]',
        e: 'bool[true]',
        f: 'null',
        g: 'array[0]',
      },
      processed_data: {
        success: true,
        message: 'WASM processing completed successfully',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$/),
      },
    });
    expect(outcome.warnings).toEqual([]);
  });

  test('without inputs there is no summary of them', async () => {
    const { shown } = await runModule(runner, { path: await modules.assemble(returning(0)) });
    expect(JSON.parse(shown as string)).not.toHaveProperty('input_summary');
  });

  test('3 is success with status "error" and a warning', async () => {
    const { outcome, shown } = await runModule(runner, { path: await modules.assemble(returning(3)) });
    expect(JSON.parse(shown as string)).toMatchObject({
      wasm_execution: { return_code: 3, status: 'error', input_count: 0 },
      processed_data: { warning: true, message: 'WASM processing completed with warning code 3' },
    });
    expect(outcome.warnings).toEqual(['WASM processing completed with warning code 3 (function "run")']);
  });

  test.each([11, -1])('%i fails the step', async (code) => {
    const { shown } = await runModule(runner, { path: await modules.assemble(returning(code)) });
    expect(shown).toEqual({
      reason: 'threw',
      message: `WASM function 'run' failed with return code: ${code}`,
      position: { file: 'workflows/contract.lua', line: 40 },
    });
  });
});

describe('a function with args', () => {
  const NUMBERS = `(module
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "same") (param i64) (result i64) (local.get 0))
    (func (export "half") (param f64) (result f64) (f64.div (local.get 0) (f64.const 2)))
    (func (export "both") (param i32 f32) (result i32 f32) (local.get 0) (local.get 1))
    (func (export "nothing") (param i32))
    (func (export "zero") (result i32) (i32.const 0))
    (func (export "reference") (param externref)))`;

  test.each([
    ['add', [3, 4], '7'],
    ['add', [4294967295, 1], '0'],
    ['same', [9223372036854775807n], '9223372036854775807'],
    ['same', [-3], '-3'],
    ['half', [10], '5.0'],
    ['half', [1n], '0.5'],
    ['both', [1, 1.5], '[1,1.5]'],
    ['nothing', [1], 'null'],
    ['zero', [], '0'],
  ] as const)('%s gives what it returns (%#)', async (func, args, output) => {
    const { shown } = await runModule(runner, { path: await modules.assemble(NUMBERS), func, args });
    expect(shown).toBe(output);
  });

  test.each([
    ['add', [1], 'The function "add" takes 2 arguments (i32, i32), and args has 1'],
    ['add', undefined, 'The function "add" takes 2 arguments (i32, i32), and args has 0'],
    ['add', [1, 1.5], 'The function "add" takes an integer of 32 bits as argument 2, not 1.5'],
    ['add', [1, 2 ** 32], 'The function "add" takes an integer of 32 bits as argument 2, not 4294967296'],
    ['add', [1, 'x'], 'The function "add" takes an integer of 32 bits as argument 2, not "x"'],
    [
      'reference',
      [1],
      'The function "reference" takes or returns something else than numbers, which a step cannot give or take',
    ],
  ] as const)('%s is not runnable with the wrong arguments (%#)', async (func, args, message) => {
    const request = { path: await modules.assemble(NUMBERS), func, ...(args && { args }) };
    const { shown } = await runModule(runner, request);
    expect(shown).toMatchObject({ reason: 'not-runnable', message });
  });

  test('NaN becomes null with a warning', async () => {
    const path = await modules.assemble(NUMBERS);
    const { outcome, shown } = await runModule(runner, { path, func: 'half', args: [Number.NaN] });
    expect(shown).toBe('null');
    expect(outcome.warnings).toEqual(['output is not a finite number, which JSON has no form for; it became null']);
  });
});

describe('a function on JSON', () => {
  test('gets the inputs as one object and hands back its output, numbers and keys as they are', async () => {
    const inputs = { a: '{"__proto__":1,"id":9007199254740993}', b: '[5.0,"😀\\u0000"]' };
    const { shown } = await runModule(runner, { path: await modules.assemble(ECHO), inputs });
    expect(shown).toBe('{"a":{"__proto__":1,"id":9007199254740993},"b":[5.0,"😀\\u0000"]}');
  });

  const answering = (text: string, length = text.length): string => `(module
    (memory (export "memory") 1)
    (data (i32.const 8) "${text.replaceAll('"', '\\"')}")
    (func (export "hwfe_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "run") (param i32 i32) (result i64) (i64.const ${(8n << 32n) | BigInt(length)})))`;

  test('may write JSON as it likes', async () => {
    const { shown } = await runModule(runner, { path: await modules.assemble(answering('{ "b": 1, "a": 1e2 }')) });
    expect(shown).toBe('{"a":100.0,"b":1}');
  });

  test('fails when it hands back something else', async () => {
    const { shown } = await runModule(runner, { path: await modules.assemble(answering('{oops}')) });
    expect(shown).toMatchObject({
      reason: 'output-invalid',
      message: expect.stringMatching(/^The output of the function "run" has to be JSON, but it is not JSON/),
    });
  });

  test('fails when what it hands back lies beyond its memory', async () => {
    const { shown } = await runModule(runner, { path: await modules.assemble(answering('1', 70_000)) });
    expect(shown).toMatchObject({
      reason: 'output-invalid',
      message: expect.stringContaining("beyond the module's memory"),
    });
  });

  test('fails over the limit of an output with both figures', async () => {
    const { shown } = await runModule(runner, {
      path: await modules.assemble(answering('1', 2000)),
      outputLimit: 1000,
    });
    expect(shown).toMatchObject({ reason: 'limit', limit: 'output', message: expect.stringMatching(/2,000.*1,000/) });
  });
});

describe('modules', () => {
  test('that are not there are missing from the machine', async () => {
    const { shown } = await runModule(runner, { path: join(modules.directory, 'absent.wasm') });
    expect(shown).toEqual({
      reason: 'runtime-missing',
      message: 'WASM module file not found: modules/tested.wasm. Please ensure the .wasm file exists.',
    });
  });

  test('that are no modules do not run', async () => {
    const path = join(modules.directory, 'text.wasm');
    writeFileSync(path, 'hello');
    const { shown } = await runModule(runner, { path });
    expect(shown).toMatchObject({
      reason: 'not-runnable',
      message: expect.stringMatching(/^Failed to load WASM module "modules\/tested.wasm": expected magic word/),
    });
  });

  test('are compiled again when the file has changed', async () => {
    const path = await modules.assemble(returning(11), 'changing.wasm');
    expect((await runModule(runner, { path })).outcome.ok).toBe(false);
    await modules.assemble(returning(0), 'changing.wasm');
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect((await runModule(runner, { path })).outcome.ok).toBe(true);
  });

  test('start anew for every step', async () => {
    const path = await modules.assemble(`(module (global $n (mut i32) (i32.const 0))
      (func (export "run") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))`);
    expect((await runModule(runner, { path, args: [] })).shown).toBe('1');
    expect((await runModule(runner, { path, args: [] })).shown).toBe('1');
  });

  test('without the function say what they export', async () => {
    const { shown } = await runModule(runner, { path: await modules.assemble(returning(0)), func: 'rum' });
    expect(shown).toMatchObject({
      reason: 'not-runnable',
      message: 'Function "rum" not found in WASM module "modules/tested.wasm": it exports "run"',
    });
  });

  test.each([
    ['env', 'log'],
    ['wasi_snapshot_preview1', 'fd_reed'],
    ['wasi_snapshot_preview1', 'toString'],
    ['__proto__', 'toString'],
  ])('that import "%s.%s" do not run, and the import is named', async (module, name) => {
    const path = await modules.assemble(
      `(module (import "${module}" "${name}" (func)) (func (export "run") (result i32) (i32.const 0)))`,
    );
    const { shown } = await runModule(runner, { path });
    expect(shown).toMatchObject({
      reason: 'not-runnable',
      message: `The module "modules/tested.wasm" imports "${module}.${name}", which nothing here provides`,
    });
  });

  test('that trap fail the step', async () => {
    const path = await modules.assemble('(module (func (export "run") (result i32) unreachable))');
    const { shown } = await runModule(runner, { path });
    expect(shown).toMatchObject({ reason: 'threw', message: "WASM function 'run' trapped: unreachable" });
  });

  test('that call themselves without end fail the step, and the next one runs', async () => {
    const path = await modules.assemble(
      '(module (func $f (export "run") (result i32) (i32.add (call $f) (i32.const 1))))',
    );
    const { shown } = await runModule(runner, { path });
    expect(shown).toMatchObject({ reason: 'threw', message: expect.stringMatching(/stack/) });
    expect((await runModule(runner, { path: await modules.assemble(returning(0)) })).outcome.ok).toBe(true);
  });
});

test('a module with an array that is collected as garbage is not run', async () => {
  // (module (type $a (array (mut i64))) (func (export "run") (result i32) (drop (array.new_default $a (i32.const 9))) (i32.const 0)))
  const bytes =
    '0061736d01000000' + '0108025e7e016000017f' + '03020101' + '0707010372756e0000' + '0a0c010a004109fb07001a41000b';
  const module = join(modules.directory, 'garbage.wasm');
  writeFileSync(module, Buffer.from(bytes, 'hex'));
  const { outcome } = await runModule(runner, { path: module });
  expect(outcome).toMatchObject({ ok: false, failure: { reason: 'not-runnable' } });
});
