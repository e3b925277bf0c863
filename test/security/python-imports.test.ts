// Random arguments for every call that CPython may make of JavaScript: nothing of the host is touched.
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boot } from '../../runners/python/boot.ts';
import type { HostCall } from '../../runners/python/gate.ts';
import { ALLOWED } from '../../runners/python/host-calls.ts';
import { interpreterFrom } from '../../runners/python/interpreter.ts';
import type { Pyodide } from '../../runners/python/pyodide.ts';
import { Canaries } from './support/canaries.ts';

/** They call what stands in the table of functions, whose gates have a test of their own. */
const INTO_THE_TABLE = ['_PyEM_TrampolineCall_JS', '__call_sighandler'];
const SEED = 20_260_101;
const CALLS = 3_000;

let canaries: Canaries;
let python: Pyodide;
let calls: Readonly<Record<string, HostCall>>;
beforeAll(async () => {
  canaries = await Canaries.open();
  const booted = await boot('', '');
  python = booted.python;
  interpreterFrom(booted);
  calls = python._module.LDSO.loadedLibsByName['__main__']!.exports as Record<string, HostCall>;
});
afterAll(() => canaries.close());

test(`${CALLS} calls with random arguments touch nothing`, async () => {
  const paths = [canaries.aims.file, canaries.aims.created, '/dev/stdin', '/tmp', '/proc/self/fd/0', '../..', ''].map(
    (path) => python._module.stringToNewUTF8(path),
  );
  expect(python._module.UTF8ToString(paths[0]!)).toBe(canaries.aims.file);
  const number = fc.oneof(
    fc.constantFrom(0, 1, 2, 3, 4, -1, -100, 64, 577, 0x7fffffff, ...paths),
    fc.integer({ min: 0, max: 4096 }),
    fc.integer({ min: 0, max: 200_000 }).map((n) => n * 64),
  );
  const names = [...ALLOWED].filter((name) => name in calls && !INTO_THE_TABLE.includes(name));
  const call = fc.tuple(fc.constantFrom(...names), fc.array(number, { minLength: 6, maxLength: 6 }));
  const watched = watchFiles();
  const made = new Set<string>();
  try {
    for (const [name, args] of fc.sample(call, { seed: SEED, numRuns: CALLS })) {
      const signature = (calls[name]!.sig ?? 'iiiiiii').slice(1);
      const given = signature.split('').map((type, i) => (type === 'j' ? BigInt(args[i] ?? 0) : (args[i] ?? 0)));
      // A number of entries is bounded by what memory can hold; more only takes time.
      if (name === '__syscall_poll') given[1] = Number(given[1]) % 4096;
      if (/^fd_p?(read|write)$/.test(name)) given[2] = Number(given[2]) % 64;
      made.add(name);
      try {
        (calls[name] as (...given: unknown[]) => unknown)(...given);
      } catch (error) {
        expect(String(error)).not.toContain('Internal error');
      }
    }
  } finally {
    watched.stop();
  }
  expect(watched.used).toEqual([]);
  expect([...made].sort()).toEqual([...names].sort());
  await new Promise((done) => setTimeout(done, 50));
  expect(canaries.breaches('')).toEqual([]);
  expect(process.exitCode).toBeUndefined();
}, 60_000);

/** Notes who uses Node's files, programs and sockets, by the objects that Emscripten holds. */
function watchFiles(): { readonly used: string[]; stop(): void } {
  const require = createRequire(import.meta.url);
  const used: string[] = [];
  const originals: [Record<string, unknown>, string, unknown][] = [];
  for (const module of ['node:fs', 'node:child_process', 'node:net', 'node:dns']) {
    const functions: Record<string, unknown> = require(module);
    for (const [name, original] of Object.entries(functions)) {
      if (typeof original !== 'function' || /^[A-Z_]/.test(name)) continue;
      originals.push([functions, name, original]);
      functions[name] = (...args: unknown[]): unknown => {
        used.push(`${module} ${name}`);
        return Reflect.apply(original, functions, args);
      };
    }
  }
  return { used, stop: () => originals.forEach(([functions, name, original]) => (functions[name] = original)) };
}
