// Files of the machine: what is granted is read, written and listed, and what leads elsewhere is not.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GrantLayer } from '../../../runners/contract.ts';
import { GrantedFiles } from '../../../runners/grants/granted-files.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hwfe-test-grants-'));
  mkdirSync(join(base, 'project/data/deep'), { recursive: true });
  writeFileSync(join(base, 'project/data/a.csv'), 'a');
  writeFileSync(join(base, 'project/data/deep/b.csv'), 'b');
  writeFileSync(join(base, 'project/other.csv'), 'other');
  writeFileSync(join(base, 'secret'), 'secret');
});
afterEach(() => rmSync(base, { recursive: true }));

function granted(...layers: Partial<GrantLayer>[]): GrantedFiles {
  const whole = layers.map((layer) => ({ from: 'step' as const, read: [], write: [], ...layer }));
  return new GrantedFiles({ directory: join(base, 'project'), layers: whole }, {});
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (result: { ok: boolean; value?: Uint8Array; message?: string }): string =>
  result.ok ? Buffer.from(result.value!).toString() : result.message!;

describe('reading', () => {
  it('gives what the patterns name, by any of its paths', () => {
    const files = granted({ read: ['data/**'] });
    expect(text(files.read('data/a.csv'))).toBe('a');
    expect(text(files.read('./data/../data/deep/b.csv'))).toBe('b');
    expect(text(files.read(join(base, 'project/data/a.csv')))).toBe('a');
    expect(files.size('data/a.csv')).toEqual({ ok: true, value: 1 });
    expect(files.denied).toBeUndefined();
  });

  it('denies all else, with what to grant', () => {
    const files = granted({ read: ['data/*.csv'], write: ['**'] });
    for (const path of ['other.csv', '../secret', 'data/deep/b.csv', '/etc/hostname', 'data/../other.csv'])
      expect(text(files.read(path))).toContain('is not granted to be read');
    expect(files.denied).toMatchObject({ grant: 'permissions = { read = ["other.csv"] }' });
    granted().read('data/a.csv');
    expect(text(new GrantedFiles(undefined, {}).read('data/a.csv'))).toContain('is not granted');
  });

  it('needs every layer', () => {
    const files = granted({ from: 'workflow', read: ['data/'] }, { read: ['**/a.csv'] });
    expect(text(files.read('data/a.csv'))).toBe('a');
    expect(text(files.read('data/deep/b.csv'))).toContain('is not granted');
    expect(files.denied?.message).toContain('permissions of the step');
    writeFileSync(join(base, 'project/a.csv'), '');
    expect(text(files.read('a.csv'))).toContain('is not granted');
    expect(files.denied?.message).toContain('permissions of the workflow');
  });

  it('tells a missing file from a denied one only where it is granted', () => {
    const files = granted({ read: ['data/'] });
    expect(text(files.read('data/none'))).toBe('There is no file "data/none"');
    expect(text(files.read('none'))).toContain('is not granted');
    for (const path of ['', 'a\0b', '\ud800', 'x'.repeat(5000)]) expect(text(files.read(path))).toContain('is no path');
  });

  it('goes through links within what is granted, and not out of it', () => {
    const files = granted({ read: ['data/**'] });
    const data = join(base, 'project/data');
    symlinkSync('a.csv', join(data, 'inside'));
    symlinkSync(join(base, 'secret'), join(data, 'out'));
    symlinkSync(base, join(data, 'up'));
    expect(text(files.read('data/inside'))).toBe('a');
    for (const path of ['data/out', 'data/up/secret', 'data/up/project/other.csv']) {
      expect(text(files.read(path))).toContain('is not granted');
      expect(text(files.read(path))).not.toContain(base);
    }
    expect(files.denied?.message).toContain('which leads to');
  });

  it('takes a directory that is a link for the one it leads to, where the pattern says so', () => {
    symlinkSync(base, join(base, 'project/linked'));
    expect(text(granted({ read: ['linked/secret'] }).read('linked/secret'))).toBe('secret');
    expect(text(granted({ read: ['*/secret'] }).read('linked/secret'))).toContain('is not granted');
  });

  it('reads no pipe, no device, no directory, and nothing beyond memory', () => {
    const data = join(base, 'project/data');
    execFileSync('mkfifo', [join(data, 'pipe')]);
    symlinkSync('/dev/zero', join(data, 'zero'));
    const files = granted({ read: ['data/**', '/dev/zero'] });
    for (const path of ['data/pipe', 'data/deep', 'data/zero'])
      expect(text(files.read(path))).toContain('is not a file');
    const limited = new GrantedFiles(
      { directory: data, layers: [{ from: 'step', read: ['*'], write: [] }] },
      { memory: 0 },
    );
    expect(text(limited.read('a.csv'))).toContain('over limits.memory');
    expect(limited.exceeded).toBe('memory');
  });
});

describe('writing', () => {
  it('writes what the patterns name, with the directories on the way, and leaves nothing beside it', () => {
    const files = granted({ write: ['out/'] });
    expect(files.write('out/a/b.txt', bytes('new'))).toEqual({ ok: true, value: undefined });
    expect(files.write('out/a/b.txt', bytes('newer'))).toEqual({ ok: true, value: undefined });
    expect(readFileSync(join(base, 'project/out/a/b.txt'), 'utf8')).toBe('newer');
    expect(readdirSync(join(base, 'project/out/a'))).toEqual(['b.txt']);
  });

  it('denies all else, and makes nothing', () => {
    const files = granted({ write: ['out/'], read: ['**'] });
    for (const path of ['data/a.csv', '../new', 'out', 'out/../new', join(base, 'new')])
      expect(text(files.write(path, bytes('x')) as { ok: false; message: string })).toContain('is not granted');
    expect(readFileSync(join(base, 'project/data/a.csv'), 'utf8')).toBe('a');
    expect(existsSync(join(base, 'new'))).toBe(false);
    expect(files.denied?.grant).toMatch(/^permissions = \{ write = \["/);
  });

  it('goes through no link out of what is granted', () => {
    const out = join(base, 'project/out');
    mkdirSync(out);
    symlinkSync(base, join(out, 'up'));
    symlinkSync(join(base, 'secret'), join(out, 'link'));
    linkSync(join(base, 'secret'), join(out, 'name'));
    const files = granted({ write: ['out/**'] });
    expect(text(files.write('out/up/new', bytes('x')) as { ok: false; message: string })).toContain('is not granted');
    for (const path of ['out/link', 'out/name']) expect(files.write(path, bytes('x'))).toMatchObject({ ok: true });
    expect(readFileSync(join(base, 'secret'), 'utf8')).toBe('secret');
    expect(lstatSync(join(out, 'link')).isFile()).toBe(true);
    expect(existsSync(join(base, 'new'))).toBe(false);
  });

  it('keeps to the limits of the largest file and of all together', () => {
    const layers = [{ from: 'step' as const, read: [], write: ['**'] }];
    const files = new GrantedFiles({ directory: base, layers }, { files: 3, memory: 5 });
    expect(files.write('a', new Uint8Array(4))).toMatchObject({ ok: false });
    expect(files.exceeded).toBe('files');
    expect(files.write('a', new Uint8Array(3))).toMatchObject({ ok: true });
    expect(files.write('b', new Uint8Array(3))).toMatchObject({ ok: false });
    expect(files.exceeded).toBe('memory');
  });
});

describe('listing', () => {
  it('names the files that match and may be read, without links', () => {
    const data = join(base, 'project/data');
    symlinkSync(join(base, 'secret'), join(data, 'link.csv'));
    symlinkSync(base, join(data, 'up'));
    expect(granted({ read: ['**'] }).list('**/*.csv')).toEqual({
      ok: true,
      value: ['data/a.csv', 'data/deep/b.csv', 'other.csv'],
    });
    expect(granted({ read: ['data/*.csv'] }).list('**')).toEqual({ ok: true, value: ['data/a.csv'] });
    expect(granted({ read: ['data/**'] }).list('data/none/*')).toEqual({ ok: true, value: [] });
    expect(granted({ read: [join(base, '*')] }).list(join(base, '*'))).toEqual({
      ok: true,
      value: [join(base, 'secret')],
    });
  });

  it('denies what lies elsewhere', () => {
    const files = granted({ read: ['data/**'] });
    expect(files.list('../*')).toEqual({ ok: true, value: [] });
    expect(files.list('/etc/*')).toMatchObject({ ok: false });
    expect(files.denied?.grant).toContain('/etc/*');
    expect(granted().list('**')).toMatchObject({ ok: false });
    symlinkSync(base, join(base, 'project/data/up'));
    expect(files.list('data/up/*')).toMatchObject({ ok: false });
  });
});
