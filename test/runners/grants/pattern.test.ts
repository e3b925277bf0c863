// Patterns of paths: what they match, and which directories may lead to a match.
import { expect, it } from 'vitest';
import { Pattern } from '../../../runners/grants/pattern.ts';

const matches = (pattern: string, path: string): boolean => Pattern.from(pattern, '/home/me').matches(path);

it.each([
  ['a.csv', '/home/me/a.csv'],
  ['./data/../a.csv', '/home/me/a.csv'],
  ['data/*.csv', '/home/me/data/a.csv'],
  ['data/*.csv', '/home/me/data/.csv'],
  ['data/a?.csv', '/home/me/data/ab.csv'],
  ['data/', '/home/me/data/a/b.csv'],
  ['data/**', '/home/me/data/a'],
  ['data/**/x', '/home/me/data/x'],
  ['data/**/x', '/home/me/data/a/b/x'],
  ['**/a/**/b', '/home/me/a/b'],
  ['**/a/**/b', '/home/me/1/a/a/2/b'],
  ['../you/*', '/home/you/a'],
  ['/', '/etc/passwd'],
  ['/**', '/x'],
  ['*/x/**', '/home/me/a/x/y'],
  ['a+(b)[c]', '/home/me/a+(b)[c]'],
  ['line*', '/home/me/line\nbreak'],
])('%s matches %s', (pattern, path) => {
  expect(matches(pattern, path)).toBe(true);
});

it.each([
  ['a.csv', '/home/me/aXcsv'],
  ['a.csv', '/home/me/a.csv/b'],
  ['data', '/home/me/data/a'],
  ['data/*', '/home/me/data/a/b'],
  ['data/', '/home/me/data'],
  ['data/**', '/home/me/data'],
  ['data/**', '/home/me/database/a'],
  ['data/**/x', '/home/me/data/a/b/y'],
  ['../you/*', '/home/me/a'],
  ['*', '/home/me/a/b'],
  ['*', '/home/a'],
  ['', '/home/me/a'],
])('%s does not match %s', (pattern, path) => {
  expect(matches(pattern, path)).toBe(false);
});

it.each([
  ['data/**/x', '/home/me/data/a/b', true],
  ['data/*/x', '/home/me/data/a', true],
  ['data/*/x', '/home/me/data/a/x/y', false],
  ['data/', '/home', true],
  ['data/', '/', true],
  ['data/', '/home/me/other', false],
  ['data/', '/etc', false],
])('%s may lead into %s: %s', (pattern, directory, answer) => {
  expect(Pattern.from(pattern, '/home/me').mayLeadInto(directory)).toBe(answer);
});

it('takes no time over many stars', () => {
  const start = performance.now();
  expect(matches('**/'.repeat(30) + 'x', `/home/me/${'a/'.repeat(1000)}y`)).toBe(false);
  expect(performance.now() - start).toBeLessThan(500);
});
