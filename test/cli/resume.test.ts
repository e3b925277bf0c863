// `hwfe resume` from the outside.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const workflow = (report: string, load = 'echo load >> ran.txt'): string => `workflow = { name = "w", steps = {
  load = { language = "shell", code = [[${load}; echo '{"n":1}']] },
  report = { language = "shell", depends_on = {"load"}, code = [[${report}]] } } }`;
const BROKEN = 'echo report >> ran.txt; exit 3';

let home: Directory;
beforeEach(() => {
  home = directory({ 'w.lua': workflow(BROKEN) });
});
afterEach(() => home.remove());
const ran = (): string[] => readFileSync(join(home.path, 'ran.txt'), 'utf8').trim().split('\n');

describe('hwfe resume', () => {
  it('runs what failed and what comes after it, with the file as it is now', async () => {
    expect((await home.hwfe('w.lua', '-q')).status).toBe(1);
    home.write('w.lua', workflow('echo mended >> ran.txt'));
    const { status, out, err } = await home.hwfe('resume');
    expect([status, ran()]).toEqual([0, ['load', 'report', 'mended']]);
    expect(err).toContain('~ report  code');
    expect(out).toContain('1 of 2 steps kept');
    expect((await home.hwfe('show')).out).toContain('✓ succeeded');
    expect((await home.hwfe('audit')).out).toContain('run-resumed     1 step kept by ');
    expect((await home.hwfe('runs', '--json')).out.trim().split('\n')).toHaveLength(1);
  });

  it('asks what to do about a step that changed after it succeeded', async () => {
    await home.hwfe('w.lua', '-q');
    home.write('w.lua', workflow('echo mended >> ran.txt', 'echo changed >> ran.txt'));
    const refused = await home.hwfe('resume');
    expect(refused.status).toBe(2);
    expect(refused.err).toContain('"load" succeeded before it changed');
    expect((await home.hwfe('resume', '--force')).status).toBe(0);
    expect(ran()).toEqual(['load', 'report', 'mended']);
    expect((await home.hwfe('resume')).err).toContain('has succeeded');
    expect((await home.hwfe('resume', '--from', 'load')).status).toBe(0);
    expect(ran()).toEqual(['load', 'report', 'mended', 'changed', 'mended']);
    expect((await home.hwfe('resume', '--from', 'laod')).err).toContain('did you mean "load"?');
  });

  it('goes on where the run was started, from anywhere below', async () => {
    await home.hwfe('w.lua', '-q');
    home.write('below/x', '');
    await home.bash('cd below && hwfe resume -q');
    expect(ran()).toEqual(['load', 'report', 'report']);
  });

  it('of one run by two processes at once is done by one, and the other says so', async () => {
    home.write('w.lua', workflow('sleep 1; exit 3'));
    await home.hwfe('w.lua', '-q');
    const both = await Promise.all([home.hwfe('resume', '-q'), home.hwfe('resume', '-q')]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([1, 2]));
    expect(both.find(({ status }) => status === 2)!.err).toMatch(/^error: Run ".*" is running in process \d+\n$/);
  });

  it('runs a step again whose output is damaged', async () => {
    home.write('w.lua', workflow(BROKEN, `echo load >> ran.txt; head -c 300000 /dev/zero | tr '\\0' x`));
    await home.hwfe('w.lua', '-q');
    const files = readdirSync(join(home.path, '.hwfe/values'), { recursive: true, withFileTypes: true });
    for (const file of files) if (file.isFile()) writeFileSync(join(file.parentPath, file.name), 'x');
    const { err } = await home.hwfe('resume', '-q');
    expect(err).toContain('The output of "load" is damaged, or a file that it names is gone; the step runs again.');
    expect(ran()).toEqual(['load', 'report', 'load', 'report']);
  });

  it('does not touch a run that is under way', async () => {
    home.write('w.lua', workflow('sleep 30'));
    const run = home.start(['w.lua']);
    await run.until(/load/);
    expect((await home.hwfe('resume')).err).toContain('is running in process');
    run.signal('SIGINT');
    await run.ended;
    expect((await home.hwfe('runs')).out).toContain('cancelled');
  });

  it('goes on with what the steps shared', async () => {
    home.write(
      'm.lua',
      `workflow = { memory = true, steps = {
  a = { code = [[return memory.update("n", function(n) return (n or 0) + 1 end)]] },
  b = { depends_on = "a", cmd = "test -e there; hwfe memory add n 10" } } }`,
    );
    expect((await home.hwfe('m.lua', '-q')).status).toBe(1);
    home.write('there', '');
    expect((await home.hwfe('resume')).status).toBe(0);
    expect((await home.hwfe('show')).out).toContain('memory: n = 11');
    expect(JSON.parse((await home.hwfe('show', '--json')).out)).toMatchObject({ memory: { n: 11 } });
  });
});
