/** WASI commands and granted files: read, written, listed, and refused with the permission to add. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Grants, Runner } from '../../../runners/contract.ts';
import { type Ended, runModule, wasmRunner } from './job.ts';
import { Modules } from './modules.ts';

const modules = new Modules();
const base = mkdtempSync(join(tmpdir(), 'hwfe-wasi-files-'));
const project = join(base, 'project');
let runner: Runner;
beforeAll(async () => {
  runner = await wasmRunner();
  for (const directory of ['data/deep', 'out', 'private']) mkdirSync(join(project, directory), { recursive: true });
  symlinkSync(join(base, 'secret'), join(project, 'data/link'));
});
beforeEach(() => {
  for (const path of ['data/a.txt', 'data/deep/b.txt', 'private/key', 'out/old'])
    writeFileSync(join(project, path), path);
  writeFileSync(join(base, 'secret'), 'the-secret');
});
afterAll(() => {
  modules.close();
  rmSync(base, { recursive: true });
});

const IMPORTS = [
  ['path_open', 'i32 i32 i32 i32 i32 i64 i64 i32 i32'],
  ['fd_read', 'i32 i32 i32 i32'],
  ['fd_write', 'i32 i32 i32 i32'],
  ['fd_close', 'i32'],
  ['fd_seek', 'i32 i64 i32 i32'],
  ['fd_readdir', 'i32 i32 i32 i64 i32'],
  ['fd_prestat_get', 'i32 i32'],
  ['path_filestat_get', 'i32 i32 i32 i32 i32'],
  ['path_create_directory', 'i32 i32 i32'],
  ['path_unlink_file', 'i32 i32 i32'],
  ['path_rename', 'i32 i32 i32 i32 i32 i32'],
] as const;
const READ = 2;
const WRITE = 64;
const CREATE = 1;
const TRUNCATE = 8;

/** A command whose calls end it with their error's number, if they have one. Memory: vectors at 0, results at 16, texts from 1024, a buffer at 4096. */
class Program {
  readonly #texts: string[] = [];
  readonly #lines: string[] = [];
  #at = 1024;

  text(text: string): string {
    const bytes = Buffer.from(text);
    const start = this.#at;
    this.#texts.push(
      `(data (i32.const ${start}) "${[...bytes].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")`,
    );
    this.#at += bytes.length;
    return `(i32.const ${start}) (i32.const ${bytes.length})`;
  }

  call(name: string, args: string): this {
    this.#lines.push(`(call $check (call $${name} ${args}))`);
    return this;
  }

  /** Its descriptor is at 16 then. */
  open(path: string, rights: number, how = 0, flags = 0): this {
    return this.call(
      'path_open',
      `(i32.const 3) (i32.const 1) ${this.text(path)} (i32.const ${how}) (i64.const ${rights}) (i64.const 0) (i32.const ${flags}) (i32.const 16)`,
    );
  }

  /** Up to 1000 bytes, of which the number is at 20 then. */
  read(): this {
    this.#lines.push('(i32.store (i32.const 0) (i32.const 4096)) (i32.store (i32.const 4) (i32.const 1000))');
    return this.call('fd_read', '(i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 20)');
  }

  write(text: string): this {
    const [pointer, length] = this.text(text).split(') ') as [string, string];
    this.#lines.push(`(i32.store (i32.const 0) ${pointer})) (i32.store (i32.const 4) ${length})`);
    return this.call('fd_write', '(i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 20)');
  }

  close(): this {
    return this.call('fd_close', '(i32.load (i32.const 16))');
  }

  /** What was read. */
  print(): this {
    this.#lines.push('(i32.store (i32.const 0) (i32.const 4096)) (i32.store (i32.const 4) (i32.load (i32.const 20)))');
    return this.call('fd_write', '(i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)');
  }

  async run(grants: Pick<Grants['layers'][number], 'read' | 'write'>): Promise<Ended> {
    const imports = IMPORTS.map(
      ([name, params]) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${params}) (result i32)))`,
    );
    const wat = `(module ${imports.join('\n')}
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) ${this.#texts.join('\n')}
      (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
      (func (export "_start") ${this.#lines.join('\n')}))`;
    const layers = [{ from: 'step', ...grants }] as const;
    return runModule(runner, { path: await modules.assemble(wat), grants: { directory: project, layers } });
  }
}

const GRANTS = { read: ['data/**', 'out/**'], write: ['out/**'] };
const printed = ({ shown }: Ended): unknown =>
  typeof shown === 'string' ? (JSON.parse(shown) as { stdout: string }).stdout : shown;

describe('what was granted', () => {
  test('is read below the directory of the workflow, and by its absolute path', async () => {
    expect(printed(await new Program().open('data/deep/b.txt', READ).read().print().run(GRANTS))).toBe(
      'data/deep/b.txt',
    );
    expect(printed(await new Program().open(`${project}/data/a.txt`, READ).read().print().run(GRANTS))).toBe(
      'data/a.txt',
    );
  });

  test('is written, appended to, renamed and removed', async () => {
    const program = new Program();
    program.call('path_create_directory', `(i32.const 3) ${program.text('out/new')}`);
    program
      .open('out/new/a', WRITE, CREATE | TRUNCATE)
      .write('one')
      .close();
    program.open('out/new/a', WRITE, 0, 1).write(' two').close();
    program.call(
      'path_rename',
      `(i32.const 3) ${program.text('out/new/a')} (i32.const 3) ${program.text('out/new/b')}`,
    );
    program.call('path_unlink_file', `(i32.const 3) ${program.text('out/old')}`);
    program.open('out/left', WRITE, CREATE).write('left open');
    expect((await program.run(GRANTS)).outcome.ok).toBe(true);
    expect(readFileSync(join(project, 'out/new/b'), 'utf8')).toBe('one two');
    expect(readFileSync(join(project, 'out/left'), 'utf8')).toBe('left open');
    expect(() => readFileSync(join(project, 'out/old'))).toThrow('ENOENT');
  });

  test('is listed, but for what is not', async () => {
    const list = new Program().open('data', READ, 2);
    list
      .call('fd_readdir', '(i32.load (i32.const 16)) (i32.const 4096) (i32.const 1000) (i64.const 0) (i32.const 20)')
      .print();
    const names = String(printed(await list.run({ read: ['data/*.txt'], write: [] })));
    expect(names).toContain('a.txt');
    expect(names).not.toMatch(/deep|link/);
  });
});

describe('what was not granted', () => {
  test.each([
    ['private/key', READ, 0, 'permissions = { read = ["private/key"] }'],
    ['data/../private/key', READ, 0, 'permissions = { read = ["private/key"] }'],
    ['data/link', READ, 0, `permissions = { read = ["${base}/secret"] }`],
    ['../secret', READ, 0, `permissions = { read = ["${base}/secret"] }`],
    ['/etc/hostname', READ, 0, 'permissions = { read = ["/etc/hostname"] }'],
    ['data/a.txt', WRITE, TRUNCATE, 'permissions = { write = ["data/a.txt"] }'],
    ['data/new', WRITE, CREATE, 'permissions = { write = ["data/new"] }'],
    ['private/new', WRITE, CREATE, 'permissions = { write = ["private/new"] }'],
  ])('fails the step that opens %s, with the permission to add', async (path, rights, how, grant) => {
    const { shown } = await new Program().open(path, rights, how).read().print().run(GRANTS);
    expect(shown).toMatchObject({ reason: 'not-granted', grant });
    expect(readFileSync(join(project, 'data/a.txt'), 'utf8')).toBe('data/a.txt');
  });

  test('without permissions there is no directory at all', async () => {
    const program = new Program().call('fd_prestat_get', '(i32.const 3) (i32.const 16)');
    expect((await program.run({ read: [], write: [] })).shown).toMatchObject({ reason: 'exited', status: 8 });
  });
});
