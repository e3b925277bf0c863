/** The gate at the imports of CPython's WebAssembly: what passes it, and when there is no Python at all. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { boot } from '../../../runners/python/boot.ts';
import { Gate, type HostCall, type HostCalls, Left, Refused, unknownImport } from '../../../runners/python/gate.ts';
import { ALLOWED, ANSWERS, answersErrno, ENDINGS, TESTED_PYODIDE } from '../../../runners/python/host-calls.ts';
import { interpreterFrom } from '../../../runners/python/interpreter.ts';
import { pyodideVersion } from '../../../runners/python/library.ts';
import type { Pyodide } from '../../../runners/python/pyodide.ts';
import { PythonRig } from './rig.ts';

/** The parts of Emscripten's program that only these tests look at. */
interface Program {
  readonly wasmTable: WebAssembly.Table;
  /** 0 for what has no place in it. */
  readonly getFunctionAddress: (call: HostCall) => number;
}

let python: Pyodide;
let calls: HostCalls;
let program: Program;
beforeAll(async () => {
  const booted = await boot('', '');
  interpreterFrom(booted);
  python = booted.python;
  calls = python._module.LDSO.loadedLibsByName['__main__']!.exports as HostCalls;
  program = python._module as Pyodide['_module'] & Program;
});

describe('a locked gate', () => {
  test('lets a short list pass, refuses or answers everything else', () => {
    const called = new Set<string>();
    const made: HostCalls = {};
    for (const name of Object.keys(calls)) made[name] = () => void called.add(name);
    const gate = new Gate();
    gate.wrap(made);
    gate.lock({});
    for (const [name, call] of Object.entries(made)) {
      try {
        const answer = call();
        if (!ALLOWED.has(name))
          expect([name, answer]).toEqual([name, answersErrno(name) ? (ANSWERS[name] ?? -63) : ANSWERS[name]]);
      } catch (error) {
        expect(error).toBeInstanceOf(ENDINGS.has(name) ? Left : Refused);
      }
    }
    expect([...called].filter((name) => !ALLOWED.has(name))).toEqual([]);
    expect(Object.keys(made).length).toBeGreaterThan(1300);
    expect(called.size).toBeLessThanOrEqual(64);
  });

  test('before it is locked, all pass', () => {
    const made: HostCalls = { any: Object.assign(() => 7, { sig: 'i' }) };
    new Gate().wrap(made);
    expect([made['any']!(), made['any']!.sig]).toEqual([7, 'i']);
  });

  test('stands before every host call in the table of functions', () => {
    let gates = 0;
    for (const [name, call] of Object.entries(calls)) {
      const index = program.getFunctionAddress(call);
      // What WebAssembly itself exports is no way out of it.
      if (index === 0 || ALLOWED.has(name) || call.toString().includes('[native code]')) continue;
      gates += 1;
      const entry = program.wasmTable.get(index) as HostCall;
      const args = (call.sig ?? '')
        .slice(1)
        .split('')
        .map((type) => (type === 'j' ? 0n : 0));
      expect(() => Reflect.apply(entry, undefined, args), name).toThrow(Refused);
    }
    expect(gates).toBeGreaterThan(200);
  });
});

describe('a Python that is not known', () => {
  test('the one that is installed is', () => {
    expect(TESTED_PYODIDE).toContain(pyodideVersion());
    const file = createRequire(import.meta.url).resolve('pyodide/pyodide.asm.wasm');
    expect(unknownImport(new WebAssembly.Module(readFileSync(file)))).toBeUndefined();
  });

  test('is refused for an import that nobody has looked at', () => {
    const message = unknownImport(new WebAssembly.Module(importing('fetch_anything', 0)));
    expect(message).toBe(
      'Install pyodide 314.0.7, whose imports are known: of those of the one that is installed, "fetch_anything" is unknown',
    );
  });

  test('is refused for an import that is no function', () => {
    expect(unknownImport(new WebAssembly.Module(importing('fd_write', 3)))).toMatch(/"fd_write" is a global$/);
    const suspending = { syncifyHandler: {} } as { syncifyHandler: HostCall };
    expect(new Gate().wrap(suspending)).toMatch(/"syncifyHandler" is no function$/);
  });

  test('nothing suspends WebAssembly', () => {
    expect(Object.getOwnPropertyNames(WebAssembly)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^Suspending|promising$/)]),
    );
  });
});

test('no path and no variable of the host is in the memory of an interpreter', () => {
  const memory = Buffer.from(python._module.HEAPU8.buffer);
  const host = [process.argv[1], process.cwd(), homedir(), process.execPath, process.env['PATH']];
  const found = host.filter((text) => text !== undefined && text.length > 8 && memory.includes(text));
  expect(found).toEqual([]);
  expect(memory.includes('/lib/python314.zip')).toBe(true);
});

test('what ends the program inside leaves the status of the host alone', async () => {
  const rig = new PythonRig();
  for (const code of [
    'import os\nos._exit(7)',
    'import signal\nsignal.raise_signal(signal.SIGTERM)',
    'import os\nos.abort()',
  ])
    expect(await rig.failure(code)).toMatchObject({ reason: 'threw' });
  expect(process.exitCode).toBeUndefined();
}, 60_000);

/** A module with one import from `env`: a function (0) or a global (3). */
function importing(name: string, kind: 0 | 3): Uint8Array {
  const text = (word: string): number[] => [word.length, ...Buffer.from(word)];
  const section = (id: number, body: number[]): number[] => [id, body.length, ...body];
  const type = kind === 0 ? [0] : [0x7f, 0];
  return Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(2, [1, ...text('env'), ...text(name), kind, ...type]),
  ]);
}
