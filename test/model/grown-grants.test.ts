/** What counts as a permission that a workflow did not have before. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileReach } from '../../runners/grants/file-reach.ts';
import { matchesHost } from '../../runners/grants/hosts.ts';
import { grantsAnything, grownGrants } from '../../src/model/grown-grants.ts';
import type { Held, Permissions } from '../../src/model/permissions.ts';
import { layersFor } from '../../src/model/permissions.ts';

const FILE = '/project/w.toml';

const layer = (from: 'workflow' | 'step', given: Partial<Permissions>): Permissions => ({
  from,
  read: [],
  write: [],
  ...given,
});
const step = (own?: Partial<Permissions>, workflow?: Partial<Permissions>): Held => ({
  language: 'lua',
  permissions: [...(workflow ? [layer('workflow', workflow)] : []), ...(own ? [layer('step', own)] : [])],
});

describe('it has grown where', () => {
  test.each([
    ['a pattern is new', step({ read: ['data/'] }), step({ read: ['data/', 'secret/'] }), ['read secret/']],
    ['a pattern is wider', step({ read: ['data/a'] }), step({ read: ['data/**'] }), ['read data/**']],
    ['reading becomes writing', step({ read: ['data/'] }), step({ write: ['data/'] }), ['write data/']],
    [
      'a step is no longer narrowed',
      step({ read: ['a'] }, { read: ['**'] }),
      step(undefined, { read: ['**'] }),
      ['read **'],
    ],
    [
      'what narrowed a step does so no more',
      step({ read: ['**'] }, { read: ['a'] }),
      step({ read: ['**'] }, { read: ['**'] }),
      ['read **'],
    ],
    ['a host is new', step({ net: ['a.org'] }), step({ net: ['a.org', 'b.org:443'] }), ['reach b.org:443']],
    ['a port is another', step({ net: ['a.org:443'] }), step({ net: ['a.org:8443'] }), ['reach a.org:8443']],
    ['a name becomes all below it', step({ net: ['a.org'] }), step({ net: ['*.a.org'] }), ['reach *.a.org']],
    ['a path leads out', step({ read: ['data/'] }), step({ read: ['data/../secret'] }), ['read data/../secret']],
  ])('%s', (_what, before, after, grown) => {
    expect(grownGrants([before], [after], FILE)).toEqual(grown);
  });
});

describe('it has not grown where', () => {
  test.each([
    ['nothing has changed', step({ read: ['a?/*.csv'], net: ['*'] }), step({ read: ['a?/*.csv'], net: ['*'] })],
    ['less is granted', step({ read: ['data/', 'b'] }), step({ read: ['data/'] })],
    ['a step is narrowed', step(undefined, { read: ['data/**'] }), step({ read: ['data/a'] }, { read: ['data/**'] })],
    ['a pattern says less', step({ read: ['data/'] }), step({ read: ['data/x/*.csv', './data/y'] })],
    ['a host is one of those before', step({ net: ['*.a.org'] }), step({ net: ['b.a.org:443', 'c.a.org'] })],
    ['the same is written otherwise', step({ read: ['data/'] }), step({ read: ['/project/data/**'] })],
    ['only the time is granted', step({ read: ['a'], clock: false }), step({ read: ['a'] })],
  ])('%s', (_what, before, after) => {
    expect(grownGrants([before], [after], FILE)).toEqual([]);
  });

  test('another step has what one had before', () => {
    expect(grownGrants([step({ read: ['a'] })], [step({}), step({ read: ['a'] })], FILE)).toEqual([]);
  });
});

test('only what reaches files or hosts is asked for', () => {
  expect(grantsAnything([step({ env: ['A'], clock: true })])).toBe(false);
  expect(grantsAnything([{ ...step({ read: ['a'] }), language: 'shell' }])).toBe(false);
  expect(grantsAnything([step({ net: ['a'] })])).toBe(true);
});

const name = fc.constantFrom('a', 'b', '*', 'a*', '?', '**', '..');
const pattern = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([names, isDirectory]) => names.join('/') + (isDirectory ? '/' : ''));
const patterns = fc.array(pattern, { maxLength: 3 });
const held = fc
  .tuple(fc.option(patterns, { nil: undefined }), fc.option(patterns, { nil: undefined }))
  .map(([own, workflow]) => step(own && { read: own }, workflow && { read: workflow }));
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'c'), { minLength: 1, maxLength: 4 })
  .map((names) => `/project/${names.join('/')}`);

test('no file is granted after, which was not before, without its being said', () => {
  const allows = (given: Held, at: string): boolean =>
    new FileReach({ directory: '/project', layers: layersFor(given, undefined) }).allows(at, 'read', false);
  fc.assert(
    fc.property(held, held, fc.array(path, { maxLength: 20 }), (before, after, paths) => {
      if (grownGrants([before], [after], FILE).length > 0) return;
      for (const at of paths) if (allows(after, at)) expect(allows(before, at)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

const host = fc.constantFrom(
  '*',
  '*:80',
  '*:81',
  'a.org',
  '*.a.org',
  'b.a.org',
  'a.org:443',
  '*.a.org:81',
  'c.b.a.org:81',
  '*.b.a.org',
);

test('nor is a host', () => {
  const allows = (hosts: readonly string[], at: string, port: number): boolean =>
    hosts.some((each) => matchesHost(each, at, port));
  fc.assert(
    fc.property(fc.array(host, { maxLength: 3 }), fc.array(host, { maxLength: 3 }), (before, after) => {
      if (grownGrants([step({ net: before })], [step({ net: after })], FILE).length > 0) return;
      for (const at of ['a.org', 'b.a.org', 'c.b.a.org', 'x.org'])
        for (const port of [80, 81, 443]) if (allows(after, at, port)) expect(allows(before, at, port)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
