// A group that is tried again, when its process is killed in the middle of its second attempt.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const FLOW = `workflow = { failure_mode = "continue", steps = { all = { retries = 2, parallel = {
  a = { cmd = "echo a >> ran.txt; grep -c a ran.txt" },
  b = { depends_on = "a", cmd = "echo b >> ran.txt; test -e on || test $(grep -c a ran.txt) = 1 || { touch here; sleep 60; }" },
  c = { depends_on = "b", cmd = "echo c >> ran.txt; test -e on" },
  d = { depends_on = "b", cmd = "echo d >> ran.txt; grep -c a ran.txt" },
} } } }`;

let home: Directory;
beforeEach(() => {
  home = directory({ 'w.lua': FLOW });
});
afterEach(() => home.remove());
const ran = (): string => readFileSync(join(home.path, 'ran.txt'), 'utf8').trim().split('\n').join('');

it('goes on with that attempt, and takes nothing from the one before', async () => {
  const run = home.start(['w.lua']);
  for (let left = 200; left > 0 && !existsSync(join(home.path, 'here')); left--)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ran().split('').toSorted().join('')).toBe('aabbcd');
  await new Promise((resolve) => setTimeout(resolve, 200));
  run.signal('SIGKILL');
  await run.ended;
  expect((await home.hwfe('show')).out).toMatch(/! all +group +attempt 2\n/);
  home.write('on', '');
  home.write('ran.txt', 'a\na\n');
  const { status, out } = await home.hwfe('resume');
  expect([status, ran().split('').toSorted().join('')]).toEqual([0, 'aabcd']);
  expect(out).toContain('✓ all (group)');
  const shown = (await home.hwfe('show')).out;
  expect(shown).toMatch(/✓ all +group .* attempt 2\n/);
  expect(shown).toMatch(/✓ all\/d +shell/);
  expect(JSON.parse((await home.hwfe('output', 'latest', 'all')).out)).toMatchObject({
    a: { stdout: '2' },
    d: { stdout: '2' },
  });
});
