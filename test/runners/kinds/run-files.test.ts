// Files of a run's directory: what is inside is read and written, and nothing leads out.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFiles } from '../../../runners/kinds/run-files.ts';

let base: string;
let workdir: string;
let files: RunFiles;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hwfe-test-files-'));
  workdir = join(base, 'work');
  files = new RunFiles(workdir, {});
});
afterEach(() => rmSync(base, { recursive: true }));

const text = (contents: string): Uint8Array => new TextEncoder().encode(contents);
const refusal = (result: { ok: boolean; message?: string }): string => (result.ok ? 'it was allowed' : result.message!);

it('writes a file, with the directories on the way, for its user alone', () => {
  const written = files.write('a/b/c.txt', text('hello'));
  expect(written).toEqual({
    ok: true,
    value: {
      path: 'a/b/c.txt',
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      size: 5,
    },
  });
  expect(statSync(workdir).mode & 0o777).toBe(0o700);
  expect(statSync(join(workdir, 'a/b/c.txt')).mode & 0o777).toBe(0o600);
  expect(files.refer(join(workdir, 'a/./b//c.txt'))).toEqual(written);
});

it('gives back what was written, and nothing once it has changed', () => {
  const written = files.write('a', text('hello'));
  if (!written.ok) throw new Error(written.message);
  const bytes = new Uint8Array(5);
  expect(files.readInto(written.value, bytes)).toEqual({ ok: true, value: undefined });
  expect(Buffer.from(bytes).toString()).toBe('hello');
  for (const contents of ['jello', 'hello!']) {
    writeFileSync(join(workdir, 'a'), contents);
    expect(refusal(files.readInto(written.value, new Uint8Array(5)))).toContain('has changed');
    expect(refusal(files.check(written.value))).toContain('has changed');
  }
});

it('reads and writes an empty file', () => {
  const written = files.write('empty', new Uint8Array());
  if (!written.ok) throw new Error(written.message);
  expect(files.readInto(written.value, new Uint8Array())).toMatchObject({ ok: true });
});

it.each(['..', '../x', 'a/../../x', '/etc/hostname', '', '.', '/', 'a\0b', 'a/', 'x'.repeat(256), '\ud800'])(
  'has no place for %j',
  (path) => {
    const isInside = path === 'a/';
    const found = refusal(files.write(path, text('x')));
    expect(found).toBe(isInside ? 'it was allowed' : found);
    if (!isInside) expect(found).toContain("Name a file below the run's directory");
    expect(existsSync(join(base, 'x'))).toBe(false);
  },
);

describe('what a process may have planted', () => {
  let secret: string;
  beforeEach(() => {
    secret = join(base, 'secret');
    writeFileSync(secret, 'secret');
    mkdirSync(workdir);
  });

  it('is not followed when it is a link', () => {
    symlinkSync(secret, join(workdir, 'link'));
    expect(refusal(files.refer('link'))).toContain('is not a file');
    const value = { path: 'link', sha256: '', size: 6 };
    expect(refusal(files.readInto(value, new Uint8Array(6)))).toContain('is not a file');
  });

  it('is not followed when it is a link on the way, or to the directory itself', () => {
    symlinkSync(base, join(workdir, 'up'));
    expect(refusal(files.refer('up/secret'))).toContain('is not a file');
    expect(refusal(files.write('up/new', text('x')))).toContain('is not a file');
    expect(existsSync(join(base, 'new'))).toBe(false);
    symlinkSync(base, join(base, 'linked'));
    expect(refusal(new RunFiles(join(base, 'linked'), {}).refer('secret'))).toContain('is not a file');
  });

  it('is replaced and not written through, be it a link or a second name', () => {
    symlinkSync(secret, join(workdir, 'link'));
    linkSync(secret, join(workdir, 'name'));
    for (const path of ['link', 'name']) expect(files.write(path, text('overwritten'))).toMatchObject({ ok: true });
    expect(readFileSync(secret, 'utf8')).toBe('secret');
    expect(lstatSync(join(workdir, 'link')).isFile()).toBe(true);
  });

  it('is not waited for when it is a pipe', () => {
    execFileSync('mkfifo', [join(workdir, 'pipe')]);
    expect(refusal(files.refer('pipe'))).toContain('is not a file');
    expect(files.write('pipe', text('x'))).toMatchObject({ ok: true });
  });

  it('is refused when it is a directory', () => {
    mkdirSync(join(workdir, 'inner'));
    expect(refusal(files.refer('inner'))).toContain('is not a file');
    expect(refusal(files.write('inner', text('x')))).toContain('cannot be written');
  });
});

describe('limits', () => {
  it('hold the largest file, and all that a step writes', () => {
    const limited = new RunFiles(workdir, { files: 10, memory: 25 });
    expect(refusal(limited.write('a', new Uint8Array(11)))).toContain('over limits.files');
    expect(limited.exceeded).toBe('files');
    for (const path of ['a', 'b']) expect(limited.write(path, new Uint8Array(10))).toMatchObject({ ok: true });
    expect(refusal(limited.write('c', new Uint8Array(10)))).toContain('over limits.memory');
    expect(limited.exceeded).toBe('memory');
    expect(existsSync(join(workdir, 'c'))).toBe(false);
  });

  it('hold how many files a step writes', () => {
    const few = new RunFiles(workdir, {}, 2);
    for (const path of ['a', 'a']) expect(few.write(path, new Uint8Array())).toMatchObject({ ok: true });
    expect(refusal(few.write('b', new Uint8Array()))).toContain('has written 2 files');
  });

  it('refuse to read what is larger than memory, without looking at it', () => {
    mkdirSync(workdir);
    writeFileSync(join(workdir, 'huge'), '');
    truncateSync(join(workdir, 'huge'), 2 ** 40);
    const value = { path: 'huge', sha256: '', size: 2 ** 40 };
    expect(refusal(files.admit(value))).toContain('over limits.memory');
    for (const size of [-1, Number.NaN, 2 ** 53]) expect(files.admit({ ...value, size }).ok).toBe(false);
  });
});
