// A disk that is full or takes nothing costs a run its history, not its life.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory, MAIN } from '../cli/rig.ts';

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

  it('that has become read-only is told of once; the run goes on, unless it demands a history', async (context) => {
    if (!isMounted) return context.skip();
    const env = { HWFE_STATE_DIR: join(small, '.hwfe') };
    const step = 'workflow = { name = "w", steps = { a = { code = "return 1" } } }';
    home.write('w.lua', step);
    expect((await home.start(['w.lua', '-q'], env).ended).err).toBe('');
    spawnSync('mount', ['-o', 'remount,ro', small]);
    const { status, err } = await home.start(['w.lua', '-q'], env).ended;
    expect([status, err]).toEqual([0, expect.stringMatching(/^warning: The history in ".*" cannot be written.*\n$/)]);
    const demanding = await home.start(['w.lua', '-q', '--require-store'], env).ended;
    expect([demanding.status, demanding.err]).toEqual([4, expect.stringContaining('[history-missing]')]);
    // What is remembered can still be read.
    expect((await home.start(['show'], env).ended).out).toContain('✓ a');
    const pinned = await home.start(['pin'], env).ended;
    expect([pinned.status, pinned.err]).toEqual([2, expect.stringContaining('it may only be read here')]);
    spawnSync('mount', ['-o', 'remount,rw', small]);
    expect((await home.start(['runs', '--json'], env).ended).out.trim().split('\n')).toHaveLength(1);
  });

  it('on which this user may not write costs the run its history, and no more', (context) => {
    // Only root may become nobody.
    if (process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).status !== 0) return context.skip();
    for (const path of [home.path, dirname(home.path)]) chmodSync(path, 0o755);
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, MAIN];
    const run = (...args: string[]): ReturnType<typeof spawnSync> =>
      spawnSync('setpriv', [...nobody, ...args], {
        cwd: home.path,
        env: { PATH: process.env['PATH'] },
        encoding: 'utf8',
      });
    const { status, stderr } = run('w.lua', '-q');
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: The history in ".*" cannot be written: you have no permission for that.*\n$/),
    ]);
    expect(existsSync(join(home.path, '.hwfe'))).toBe(false);
    expect(run('w.lua', '-q', '--require-store').status).toBe(4);
  });
});
