// `file`: every operation and every format, on files that were granted.
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FileDefinition } from '../../../src/parse/actions/action-definition.ts';
import { type Ended, rig } from './rig.ts';

const it = rig();
afterAll(() => it[Symbol.asyncDispose]());

const at = (path: string): string => join(it.directory, path);
const textAt = (path: string): string => readFileSync(at(path), 'utf8');

function file(definition: FileDefinition, more: object = {}): Promise<Ended> {
  return it.step({ file: definition, permissions: { read: 'd/', write: 'd/' }, ...more });
}

function put(path: string, contents: string | Uint8Array): void {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), contents);
}

describe('a format', () => {
  const FILES: readonly (readonly [string, string, string])[] = [
    ['d/a.txt', 'hä\n', '"hä\\n"'],
    [
      'd/a.json',
      '{"f": 5.0, "big": 9007199254740993, "__proto__": {"x": 1}}',
      '{"__proto__":{"x":1},"big":9007199254740993,"f":5.0}',
    ],
    ['d/a.jsonl', '{"a":1}\n\n[2.0]\n', '[{"a":1},[2.0]]'],
    [
      'd/a.csv',
      'a,__proto__\n1,"x ""y"",\nz"\n\n2,\n',
      '[{"__proto__":"x \\"y\\",\\nz","a":"1"},{"__proto__":"","a":"2"}]',
    ],
    [
      'd/a.toml',
      'a = 1\nb = 5.0\nd = 2026-01-02\n[t.constructor]\nx = [1, "y"]\n[[l]]\nn = 1\n[[l]]\nn = 2\n',
      '{"a":1,"b":5.0,"d":"2026-01-02","l":[{"n":1},{"n":2}],"t":{"constructor":{"x":[1,"y"]}}}',
    ],
    [
      'd/a.yaml',
      'a: 1\nb: 5.0\nbig: 9007199254740993\n__proto__: {x: ~}\nl: [yes, "1"]\n',
      '{"__proto__":{"x":null},"a":1,"b":5.0,"big":9007199254740993,"l":["yes","1"]}',
    ],
    ['d/b.yml', '--- 1\n--- 2\n', '[1,2]'],
  ];
  test.each(FILES)('is read from %s', async (path, contents, text) => {
    put(path, contents);
    expect((await file({ read: path })).text).toBe(text);
  });

  test.each([
    ['a.json', '{"a": }', 'is no JSON: unexpected "}"'],
    ['a.jsonl', '1\nx\n', 'is no JSON Lines: in line 2'],
    ['a.csv', 'a,b\n1,2,3\n', 'is no CSV: row 2 has 3 values, and there are 2 columns'],
    ['a.csv', 'a,a\n1,2\n', 'is no CSV: two columns are called "a"'],
    ['a.toml', 'a = \n', 'is no TOML: '],
    ['a.yaml', 'a: [1\n', 'is no YAML: '],
    ['a.txt', new Uint8Array([0xff]), 'is not valid UTF-8; read it with format = "bytes"'],
  ])('that %s is not of fails the step', async (name, contents, message) => {
    put(`d/bad/${name}`, contents);
    const { failure } = await file({ read: `d/bad/${name}` });
    expect(failure).toMatchObject({ reason: 'action', message: expect.stringContaining(message) as string });
  });

  const VALUE = { a: 1, b: 'x, "y"\n', c: [1, 2.5], d: { e: true } };
  test.each(['json', 'yaml', 'toml'] as const)('%s says again what was written', async (ending) => {
    await file({ write: `d/again.${ending}`, content: VALUE });
    expect((await file({ read: `d/again.${ending}` })).output).toEqual(VALUE);
  });

  test('of numbers keeps integers apart from floats in JSON, JSON Lines and YAML', async () => {
    const step = (format: 'json' | 'jsonl' | 'yaml'): Promise<ReadonlyMap<string, Ended>> =>
      it.run({
        permissions: { read: 'd/', write: 'd/' },
        steps: {
          numbers: { code: 'return { 5.0, 5, 9007199254740993, 1e300 }' },
          write: { file: { write: `d/n.${format}`, content: '{{ steps.numbers.output }}' } },
          read: { depends_on: 'write', file: { read: `d/n.${format}` } },
        },
      });
    for (const format of ['json', 'jsonl', 'yaml'] as const)
      expect((await step(format)).get('read')!.text).toBe('[5.0,5,9007199254740993,1e+300]');
  });

  test('CSV has the columns of all records, and writes lists without a header', async () => {
    await file({
      write: 'd/r.csv',
      content: [
        { a: 1, b: null },
        { c: 'x;y', a: '"' },
      ],
      delimiter: ';',
    });
    expect(textAt('d/r.csv')).toBe('a;b;c\n1;;\n"""";;"x;y"\n');
    await file({ append: 'd/r.csv', content: { a: 2, b: 3, c: 4 }, delimiter: ';' });
    expect(textAt('d/r.csv')).toMatch(/\n2;3;4\n$/);
    await file({
      write: 'd/l.csv',
      content: [
        [1, 'a'],
        [2, 'b'],
      ],
    });
    expect(textAt('d/l.csv')).toBe('1,a\n2,b\n');
    expect((await file({ read: 'd/l.csv', header: false })).output).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });

  test('is what `format` says before what the ending does', async () => {
    await file({ write: 'd/x.json', content: 'as it is', format: 'text' });
    expect(textAt('d/x.json')).toBe('as it is');
    expect((await file({ read: 'd/x.json', format: 'bytes' })).output).toEqual({ $bytes: btoa('as it is') });
    await file({ write: 'd/y.json', content: { b: [1], a: {} }, indent: 0 });
    expect(textAt('d/y.json')).toBe('{"a":{},"b":[1]}\n');
    await file({ write: 'd/y.json', content: { b: [1], a: {} } });
    expect(textAt('d/y.json')).toBe('{\n  "a": {},\n  "b": [\n    1\n  ]\n}\n');
    expect((await file({ write: 'd/x.toml', content: [1] })).failure).toMatchObject({
      message: '"content" cannot be written as TOML: a TOML file is a table',
    });
  });
});

describe('an operation', () => {
  test('writes a file whole, with the directories on the way, and keeps its mode', async () => {
    expect((await file({ write: 'd/new/deep/x.txt', content: 'one' })).output).toEqual({
      path: 'd/new/deep/x.txt',
      size: 3,
    });
    const { ino } = statSync(at('d/new/deep/x.txt'));
    await file({ write: 'd/new/deep/x.txt', content: 'two' });
    expect(textAt('d/new/deep/x.txt')).toBe('two');
    expect(statSync(at('d/new/deep/x.txt')).ino).not.toBe(ino);
    expect(readdirSync(at('d/new/deep'))).toEqual(['x.txt']);
  });

  test('appends, and many do at once', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
    await it.run({
      mode: 'parallel',
      max_parallel_steps: 4,
      permissions: { write: 'd/' },
      steps: Object.fromEntries(names.map((name) => [name, { file: { append: 'd/log.jsonl', content: { name } } }])),
    });
    const lines = textAt('d/log.jsonl')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name);
    expect(lines.toSorted()).toEqual(names.toSorted());
  });

  test('copies, moves and deletes', async () => {
    put('d/from.txt', 'x');
    expect((await file({ copy: 'd/from.txt', to: 'd/copy/' })).output).toEqual({ path: 'd/copy/from.txt', size: 1 });
    expect((await file({ move: 'd/from.txt', to: 'd/a/b/moved.txt' })).output).toEqual({ path: 'd/a/b/moved.txt' });
    expect([existsSync(at('d/from.txt')), textAt('d/a/b/moved.txt'), textAt('d/copy/from.txt')]).toEqual([
      false,
      'x',
      'x',
    ]);
    expect((await file({ delete: 'd/a/b/moved.txt' })).output).toEqual({ path: 'd/a/b/moved.txt', deleted: true });
    expect((await file({ delete: 'd/a/b' })).output).toEqual({ path: 'd/a/b', deleted: true });
    expect((await file({ delete: 'd/copy' })).failure).toMatchObject({
      message: '"d/copy" cannot be deleted: the directory is not empty',
    });
    expect((await file({ delete: 'd/nothing' })).failure).toMatchObject({
      message: '"d/nothing" cannot be deleted: it is not there',
    });
    expect((await file({ delete: 'd/nothing', missing_ok: true })).output).toEqual({
      path: 'd/nothing',
      deleted: false,
    });
    expect((await file({ read: 'd/nothing', missing_ok: true })).output).toBeNull();
    expect((await file({ read: 'd/nothing' })).failure).toMatchObject({ message: 'There is no file "d/nothing"' });
  });

  test('lists, finds, looks and makes directories', async () => {
    for (const name of ['b.txt', 'a.txt', 'sub/c.txt']) put(`d/tree/${name}`, name);
    expect((await file({ list: 'd/tree' })).output).toEqual([
      { name: 'a.txt', kind: 'file', size: 5 },
      { name: 'b.txt', kind: 'file', size: 5 },
      { name: 'sub', kind: 'directory', size: statSync(at('d/tree/sub')).size },
    ]);
    expect((await file({ glob: 'd/tree/**/*.txt' })).output).toEqual([
      'd/tree/a.txt',
      'd/tree/b.txt',
      'd/tree/sub/c.txt',
    ]);
    expect((await file({ stat: 'd/tree/a.txt' })).output).toEqual({
      path: 'd/tree/a.txt',
      exists: true,
      kind: 'file',
      size: 5,
      changed: new Date(statSync(at('d/tree/a.txt')).mtimeMs).toISOString(),
    });
    expect((await file({ stat: 'd/tree/none' })).output).toEqual({ path: 'd/tree/none', exists: false });
    expect((await file({ mkdir: 'd/made/deep' })).output).toEqual({ path: 'd/made/deep', made: true });
    expect((await file({ mkdir: 'd/made/deep' })).output).toEqual({ path: 'd/made/deep', made: false });
    expect((await file({ mkdir: 'd/tree/a.txt' })).failure).toMatchObject({ reason: 'action' });
  });

  test('writes bytes and files of other steps as they are', async () => {
    await it.run({
      permissions: { write: 'd/' },
      steps: {
        bytes: { language: 'javascript', code: 'function run() { return new Uint8Array([0, 255]) }' },
        made: { language: 'shell', code: 'printf abc >"$HWFE_WORKDIR/x"; echo \'{"$file":"x"}\'' },
        a: { file: { write: 'd/bytes.json', content: '{{ steps.bytes.output }}' } },
        b: { file: { write: 'd/made.json', content: '{{ steps.made.output }}' } },
      },
    });
    expect([...readFileSync(at('d/bytes.json'))]).toEqual([0, 255]);
    expect(textAt('d/made.json')).toBe('abc');
  });

  test('reaches the same from a process without rights', async () => {
    put('d/p.yaml', 'a: 1\n');
    const isolation = { isolation: 'process' as const };
    expect((await file({ read: 'd/p.yaml' }, isolation)).output).toEqual({ a: 1 });
    await file({ append: 'd/p.csv', content: [{ a: 1 }] }, isolation);
    expect(textAt('d/p.csv')).toBe('a\n1\n');
    expect((await file({ read: '../x' }, isolation)).failure).toMatchObject({ reason: 'not-granted' });
  });
});

describe('what was not granted', () => {
  test.each<[FileDefinition, string]>([
    [{ read: 'other/x' }, 'read = ["other/x"]'],
    [{ write: 'other/x', content: 1 }, 'write = ["other/x"]'],
    [{ append: 'other/x', content: 1 }, 'write = ["other/x"]'],
    [{ copy: 'd/log.jsonl', to: 'other/x' }, 'write = ["other/x"]'],
    [{ move: 'd/log.jsonl', to: 'other/x' }, 'write = ["other'],
    [{ delete: 'other/x' }, 'write = ["other/x"]'],
    [{ list: 'other' }, 'read = ["other"]'],
    [{ glob: 'other/*' }, 'read = ["other/*"]'],
    [{ stat: 'other/x' }, 'read = ["other/x"]'],
    [{ mkdir: 'other/x' }, 'write = ["other/x"]'],
  ])('%j fails with the permission to add', async (definition, grant) => {
    put('other/x', 'x');
    const { failure } = await file(definition);
    expect(failure).toMatchObject({ reason: 'not-granted', grant: expect.stringContaining(grant) as string });
    expect(textAt('other/x')).toBe('x');
  });

  test('is not reached by a link, nor written by a second name', async () => {
    put('other/secret', 'secret');
    symlinkSync(at('other/secret'), at('d/link'));
    symlinkSync(at('other'), at('d/way'));
    linkSync(at('other/secret'), at('d/hard'));
    for (const definition of [
      { read: 'd/link' },
      { read: 'd/way/secret' },
      { append: 'd/link', content: 'x' },
      { append: 'd/hard', content: 'x' },
      { write: 'd/way/secret', content: 'x' },
      { delete: 'd/way/secret' },
      { list: 'd/way' },
      { mkdir: 'd/way/made' },
      { move: 'd/log.jsonl', to: 'd/way/secret' },
    ] as FileDefinition[])
      expect((await file(definition)).failure, JSON.stringify(definition)).toBeDefined();
    expect(textAt('other/secret')).toBe('secret');
    await file({ write: 'd/link', content: 'mine' });
    await file({ write: 'd/hard', content: 'mine' });
    expect([textAt('other/secret'), textAt('d/link'), readdirSync(at('other')).toSorted()]).toEqual([
      'secret',
      'mine',
      ['secret', 'x'],
    ]);
  });
});
