// Items of steps in past runs: which are done again when the run goes on, and one by itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const workflow = (fails: string, more = '', count = 6): string => `workflow = { name = "w", steps = {
  each = { foreach = { from = 1, to = ${count} }, ${more}
    cmd = [[ echo {{ item }} >> ran.txt; ${fails}; echo "{\\"n\\":{{ item }}}" ]] },
  sum = { depends_on = "each", code = "function run(i) local s = 0 for _, x in ipairs(i.each) do s = s + (x ~= json.null and x.n or 0) end return s end" } } }`;

let home: Directory;
beforeEach(() => {
  home = directory();
});
afterEach(() => home.remove());
const ran = (): string => readFileSync(join(home.path, 'ran.txt'), 'utf8').trim().split('\n').join(' ');
const sum = async (): Promise<string> => (await home.hwfe('output', 'latest', 'sum')).out.trim();

it('does only those again that have not succeeded', async () => {
  home.write('w.lua', workflow('test {{ item }} != 3 -o -e mended', 'on_failed_item = "continue",'));
  const first = await home.hwfe('w.lua');
  expect(first.status).toBe(1);
  expect(first.out).toContain('✗ each[2] (shell) ended with exit status 1');
  expect(first.out).toContain('1 item of 6 failed');
  expect((await home.hwfe('show')).out).toContain('5 of 6 items, 1 failed');
  home.write('mended', '');
  const { status, out } = await home.hwfe('resume');
  expect([status, ran(), await sum()]).toEqual([0, '1 2 3 4 5 6 3', '21']);
  expect(out).toContain('6 items, 5 kept');
  expect((await home.hwfe('show')).out).toContain('6 items, 5 kept');
  expect((await home.hwfe('audit')).out).toMatch(/step-split +each +6 items, 5 kept/);
});

it('goes on behind those that were settled when the engine was killed', async () => {
  home.write('w.lua', workflow('test {{ item }} != 4 -o -e on || sleep 60'));
  const run = home.start(['w.lua', '-q']);
  await waitFor(() => ran() === '1 2 3 4');
  // What has settled is on the disk a moment later.
  await new Promise((resolve) => setTimeout(resolve, 300));
  run.signal('SIGKILL');
  await run.ended;
  home.write('on', '');
  const { status, out } = await home.hwfe('resume');
  expect([status, ran(), await sum()]).toEqual([0, '1 2 3 4 4 5 6', '21']);
  expect(out).toContain('6 items, 3 kept');
});

it('keeps them through several failures, and a run that is brought to another history', async () => {
  home.write('w.lua', workflow('test {{ item }} -le $(cat upto)'));
  home.write('upto', '2');
  await home.hwfe('w.lua', '-q');
  home.write('upto', '4');
  await home.hwfe('resume', '-q');
  await home.bash('hwfe export latest -o run.hwfe && rm -r .hwfe && hwfe import run.hwfe');
  home.write('upto', '9');
  expect((await home.hwfe('resume', '-q')).status).toBe(0);
  expect([ran(), await sum()]).toEqual(['1 2 3 3 4 5 5 6', '21']);
  expect((await home.hwfe('gc', '--keep', '5')).status).toBe(0);
  expect(await sum()).toBe('21');
});

it('asks what to do with items that succeeded before their step changed', async () => {
  home.write('w.lua', workflow('test {{ item }} != 3', 'on_failed_item = "continue",'));
  await home.hwfe('w.lua', '-q');
  home.write('w.lua', workflow('true', 'on_failed_item = "continue",'));
  const refused = await home.hwfe('resume');
  expect(refused.status).toBe(2);
  expect(refused.err).toMatch(/Items of "each" succeeded before it changed; .* --only-failed, .* --from each/);
  expect((await home.hwfe('resume', '--only-failed', '-q')).status).toBe(0);
  expect([ran(), await sum()]).toEqual(['1 2 3 4 5 6 3', '21']);
});

it('with --only-failed does those again that the run went on without, and what depends on them', async () => {
  home.write('w.lua', workflow('test {{ item }} != 3 -o -e mended', 'on_failed_item = "ignore",'));
  expect((await home.hwfe('w.lua', '-q')).status).toBe(0);
  expect(await sum()).toBe('18');
  expect((await home.hwfe('resume')).err).toContain('--only-failed');
  home.write('mended', '');
  expect((await home.hwfe('resume', '--only-failed', '-q')).status).toBe(0);
  expect([ran(), await sum()]).toEqual(['1 2 3 4 5 6 3', '21']);
  expect((await home.hwfe('resume', '--only-failed')).err).toContain('Nothing failed in run');
  expect((await home.hwfe('resume', '--only-failed', '--from', 'each')).status).toBe(2);
  expect((await home.hwfe('resume', '--from', 'each', '-q')).status).toBe(0);
  expect(ran()).toBe('1 2 3 4 5 6 3 1 2 3 4 5 6');
});

it('one of them is done again by itself, with what it got', async () => {
  home.write('w.lua', workflow('test {{ item }} != 3', 'on_failed_item = "continue",'));
  await home.hwfe('w.lua', '-q');
  const bad = await home.hwfe('replay', 'latest', 'each[2]');
  expect([bad.status, bad.err]).toEqual([1, '✗ each: ended with exit status 1 (w.lua:3)\n']);
  const good = await home.hwfe('replay', 'latest', 'each[3]', '--against');
  expect([good.status, good.out, good.err]).toEqual([0, '{"n":4}\n', '{"n":4}\nThe output is the same.\n']);
  expect((await home.hwfe('replay', 'latest', 'each[9]')).err).toContain('The step has no item 9: there are 6');
  expect((await home.hwfe('replay', 'latest', 'sum[0]')).err).toContain('Step "sum" has no items');
  expect((await home.hwfe('output', 'latest', 'each[5]')).out).toBe('{"n":6}\n');
  expect((await home.hwfe('output', 'latest', 'each[2]')).err).toContain('Item 2 of step "each" has no output');
  expect((await home.hwfe('logs', 'latest', 'each[5]')).out).toBe('{"n":6}\n');
  expect((await home.hwfe('logs', 'latest', 'each')).out).toContain('[5] {"n":6}\n');
  const typed = await home.bash("echo 'echo item is $INPUT_ITEM' | hwfe repl latest 'each[4]'");
  expect(typed.out).toContain('item is 5');
});

async function waitFor(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      if (isSo()) return;
    } catch {
      // The file is not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
