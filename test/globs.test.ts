// Which files patterns name.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesMatching, filesWithin, leadsOut } from '../src/globs.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'hwfe-globs-'));
  for (const name of ['a.csv', 'b.txt', 'data/c.csv', 'data/deep/d.csv', 'data/.hidden/e.csv', '.env', 'x+y.csv']) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), name);
  }
  symlinkSync('.', join(root, 'data/loop'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('patterns', () => {
  it.each([
    ['a.csv', ['a.csv']],
    ['*.csv', ['a.csv', 'x+y.csv']],
    ['x+y.*', ['x+y.csv']],
    ['?.{csv,txt}', ['a.csv', 'b.txt']],
    ['**/*.csv', ['a.csv', 'data/.hidden/e.csv', 'data/c.csv', 'data/deep/d.csv', 'x+y.csv']],
    ['data/**', ['data/.hidden/e.csv', 'data/c.csv', 'data/deep/d.csv']],
    ['data/*/d.csv', ['data/deep/d.csv']],
    ['.e*', ['.env']],
    ['nowhere/*.csv', []],
    ['data', []],
    ['./a.csv', ['a.csv']],
  ])('%s names %j', (pattern, files) => {
    expect(filesMatching([pattern], root)).toEqual(files);
    expect(filesMatching([join(root, pattern)], '/')).toEqual(files.map((file) => join(root, file)));
  });

  it('name a file once', () => {
    expect(filesMatching(['a.csv', '*.csv', 'a.*'], root)).toEqual(['a.csv', 'x+y.csv']);
  });
});

describe('what lies outside of a directory', () => {
  it.each(['../*.ts', '/etc/*', 'a/../../*', '{..,x}/*', 'a/{../..,x}/*', '{a,{b,/etc}}/*', '..'])(
    '%s leads there',
    (pattern) => {
      expect(leadsOut(pattern)).toBe(true);
    },
  );

  it.each(['*', 'a/../b/*', '..a/*', '{a,b}/*', './a', '...'])('%s does not', (pattern) => {
    expect(leadsOut(pattern)).toBe(false);
  });

  it('is not reached by links either', () => {
    const inner = join(root, 'data');
    symlinkSync('../a.csv', join(inner, 'link.csv'));
    symlinkSync('..', join(inner, 'up'));
    symlinkSync('deep/d.csv', join(inner, 'own.csv'));
    const found = filesMatching(['*.csv', 'up/*.csv'], inner);
    expect(found).toEqual(['c.csv', 'link.csv', 'own.csv', 'up/a.csv', 'up/x+y.csv']);
    expect(filesWithin(inner, [...found, 'gone.csv'])).toEqual(['c.csv', 'own.csv']);
  });
});
