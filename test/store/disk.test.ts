// A disk that is full or takes nothing costs a run its history, not its life.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from '../cli/rig.ts';

const WORKFLOW = `workflow = { name = "w", steps = {
  a = { language = "lua", code = "return 1" },
  b = { language = "lua", depends_on = {"a"}, code = "local t = {} for i = 1, 60000 do t[i] = math.random(1000000000000) end return t" },
  c = { language = "lua", depends_on = {"b"}, code = "return 3" } } }`;

let home: Directory;
let small: string;
let isMounted = false;
beforeEach(() => {
  home = directory({ 'w.lua': WORKFLOW });
  small = join(home.path, 'small');
  mkdirSync(small);
  isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'none', small]).status === 0;
});
afterEach(() => {
  if (isMounted) spawnSync('umount', [small]);
  home.remove();
});

describe('a disk', () => {
  it('that gets full is told of once; the run goes on, and what was kept before is there', async (context) => {
    // Only root may mount a small one.
    if (!isMounted) return context.skip();
    const run = home.start(['w.lua', '-q'], { HWFE_STATE_DIR: join(small, '.hwfe') });
    const { status, err } = await run.ended;
    expect([status, err.trim().split('\n')]).toEqual([0, [expect.stringContaining('the disk is full')]]);
    const show = await home.start(['show'], { HWFE_STATE_DIR: join(small, '.hwfe') }).ended;
    expect(show.out).toContain('! interrupted');
    expect(show.out).toContain('✓ a');
  });

  it('on which nothing can be made is told of once, and the run goes on', async () => {
    const { status, err } = await home.start(['w.lua', '-q'], { HWFE_STATE_DIR: '/proc/hwfe' }).ended;
    expect([status, err]).toEqual([
      0,
      expect.stringMatching(/^warning: The history in "\/proc\/hwfe" cannot be written.*\n$/),
    ]);
  });
});
