// Every call of WASI with arguments that mean harm, by a fixed seed; and what Node's own WASI would do.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Grants } from '../../runners/contract.ts';
import { MACHINE_CLOCK } from '../../runners/grants/clock.ts';
import { GrantedFiles } from '../../runners/grants/granted-files.ts';
import { MACHINE_RANDOM } from '../../runners/grants/random.ts';
import { Exit, Wasi, WASI_MODULE } from '../../runners/wasm/wasi.ts';
import { Modules } from '../runners/wasm/modules.ts';

/** Parameters by name: `i` for 32 bits, `I` for 64. */
const CALLS: Readonly<Record<string, string>> = {
  args_get: 'ii',
  args_sizes_get: 'ii',
  environ_get: 'ii',
  environ_sizes_get: 'ii',
  clock_res_get: 'ii',
  clock_time_get: 'iIi',
  fd_advise: 'iIIi',
  fd_allocate: 'iII',
  fd_close: 'i',
  fd_datasync: 'i',
  fd_fdstat_get: 'ii',
  fd_fdstat_set_flags: 'ii',
  fd_fdstat_set_rights: 'iII',
  fd_filestat_get: 'ii',
  fd_filestat_set_size: 'iI',
  fd_filestat_set_times: 'iIIi',
  fd_pread: 'iiiIi',
  fd_prestat_get: 'ii',
  fd_prestat_dir_name: 'iii',
  fd_pwrite: 'iiiIi',
  fd_read: 'iiii',
  fd_readdir: 'iiiIi',
  fd_renumber: 'ii',
  fd_seek: 'iIii',
  fd_sync: 'i',
  fd_tell: 'ii',
  fd_write: 'iiii',
  path_create_directory: 'iii',
  path_filestat_get: 'iiiii',
  path_filestat_set_times: 'iiiiIIi',
  path_link: 'iiiiiii',
  path_open: 'iiiiiIIii',
  path_readlink: 'iiiiii',
  path_remove_directory: 'iii',
  path_rename: 'iiiiii',
  path_symlink: 'iiiii',
  path_unlink_file: 'iii',
  poll_oneoff: 'iiii',
  proc_raise: 'i',
  random_get: 'ii',
  sched_yield: '',
  sock_accept: 'iii',
  sock_recv: 'iiiiii',
  sock_send: 'iiiii',
  sock_shutdown: 'ii',
};
const ROUNDS = 400;
const EDGES = [0, 1, 2, 3, 4, 8, 16, 255, 1024, 65_528, 65_535, 65_536, 0x7fffffff, -1, -2, -8, -65_536, -0x80000000];

const modules = new Modules();
const directory = mkdtempSync(join(tmpdir(), 'hwfe-wasi-'));
let module: WebAssembly.Module;

beforeAll(async () => {
  const types = (params: string): string =>
    params
      .split('')
      .map((each) => (each === 'i' ? 'i32' : 'i64'))
      .join(' ');
  const lines = Object.entries(CALLS).flatMap(([name, params]) => {
    const signature = `(param ${types(params)}) (result i32)`;
    return [`(import "${WASI_MODULE}" "${name}" (func $${name} ${signature})) (export "${name}" (func $${name}))`];
  });
  const imports = lines.map((line) => line.slice(0, line.indexOf(' (export')));
  const exports = Object.keys(CALLS).map((name) => `(export "${name}" (func $${name}))`);
  const wat = `(module ${imports.join('\n')} (memory (export "memory") 1) ${exports.join('\n')} (func (export "_start")))`;
  module = new WebAssembly.Module(readFileSync(await modules.assemble(wat)));
  writeFileSync(join(directory, 'secret'), 'the-canary');
});
afterAll(() => {
  modules.close();
  rmSync(directory, { recursive: true });
});

function instantiate(grants?: Grants): {
  calls: Record<string, (...args: (number | bigint)[]) => number>;
  memory: WebAssembly.Memory;
} {
  const wasi = new Wasi({
    args: ['a', 'b'],
    env: { A: '1' },
    stdin: Buffer.from('{}'),
    clock: MACHINE_CLOCK,
    random: MACHINE_RANDOM,
    granted: new GrantedFiles(grants, {}),
    mostHeld: 1 << 20,
    deny: () => undefined,
    write: () => undefined,
  });
  const { exports } = new WebAssembly.Instance(module, { [WASI_MODULE]: wasi.imports });
  wasi.memory = exports['memory'] as WebAssembly.Memory;
  return { calls: exports as never, memory: wasi.memory };
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

test.for(Object.keys(CALLS))('%s gives an error number or traps, whatever it is given', { tags: 'attack' }, (name) => {
  fuzz(name, instantiate());
});

test.for(Object.keys(CALLS).filter((name) => /^(fd|path)_/.test(name)))(
  '%s does so with a directory granted, and nothing beside that changes',
  { tags: 'attack' },
  (name) => {
    const granted = mkdtempSync(join(directory, 'fuzzed-'));
    writeFileSync(join(granted, 'a'), 'a');
    const layers = [{ from: 'step', read: [`${granted}/**`], write: [`${granted}/**`] }] as const;
    const instance = instantiate({ directory: granted, layers });
    expect(open(instance, 3, 'a')).toBe(0);
    fuzz(name, instance);
    for (const path of PATHS.filter((each) => each.includes('secret')))
      expect(open(instance, 3, path), path).not.toBe(0);
    expect(readFileSync(join(directory, 'secret'), 'utf8')).toBe('the-canary');
  },
);

function fuzz(name: string, { calls, memory }: ReturnType<typeof instantiate>): void {
  const next = generator(20_260_101);
  const bytes = new Uint8Array(memory.buffer);
  for (let round = 0; round < ROUNDS; round++) {
    // In zeros a poll ends at once; everything else meets random bytes.
    if (name !== 'poll_oneoff') for (let i = 0; i < 64; i++) bytes[next() % 2048] = next();
    const args = CALLS[name]!.split('').map((kind) => {
      const value = next() % 3 === 0 ? next() | 0 : EDGES[next() % EDGES.length]!;
      return kind === 'i' ? value : BigInt(value);
    });
    expect(
      ended(() => calls[name]!(...args)),
      `${name}(${args.join(', ')})`,
    ).toBe('harmless');
  }
}

function ended(call: () => number): string {
  try {
    const errno = call();
    return Number.isInteger(errno) && errno >= 0 && errno <= 76 ? 'harmless' : `gave ${errno}`;
  } catch (error) {
    const orderly = error instanceof WebAssembly.RuntimeError || error instanceof RangeError || error instanceof Exit;
    return orderly ? 'harmless' : `threw ${String(error)}`;
  }
}

const PATHS = [
  'secret',
  'link',
  'up/secret',
  '../secret',
  '/etc/passwd',
  'x/../../secret',
  './/secret',
  '\0',
  'secret\0.txt',
  '',
];

/** Opens the path from descriptor `fd`; gives the error number. */
function open(instance: ReturnType<typeof instantiate>, fd: number, path: string): number {
  const bytes = Buffer.from(path);
  new Uint8Array(instance.memory.buffer).set(bytes, 1024);
  return instance.calls['path_open']!(fd, 1, 1024, bytes.length, 0, 1n << 1n, 0n, 0, 8);
}

test.for(PATHS)('no descriptor opens %j', { tags: 'attack' }, (path) => {
  const instance = instantiate();
  for (let fd = -1; fd < 70; fd++) expect(open(instance, fd, path)).toBe(8);
});

test("without it, in Node's own WASI, a link leads out of the directory that was granted", { tags: 'control' }, () => {
  const granted = mkdtempSync(join(directory, 'granted-'));
  symlinkSync(directory, join(granted, 'up'));
  const wasi = new WASI({ version: 'preview1', preopens: { '/': granted }, returnOnExit: true });
  const instance = new WebAssembly.Instance(module, { [WASI_MODULE]: wasi.wasiImport } as WebAssembly.Imports);
  wasi.start(instance as never);
  const node = { calls: instance.exports as never, memory: instance.exports['memory'] as WebAssembly.Memory };
  expect(open(node, 3, 'up/secret')).toBe(0);
});

test('a count of billions is refused before anything is made for it', { tags: 'attack' }, () => {
  const { calls } = instantiate();
  expect(ended(() => calls['fd_write']!(1, 0, -1, 8))).toBe('harmless');
  expect(calls['poll_oneoff']!(0, 1024, 0x7fffffff, 8)).toBe(28);
});
