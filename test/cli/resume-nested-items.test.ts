// Items that have steps inside, when their run goes on: whatever had succeeded stands, at every height.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const workflow = (more: string, outer = '"a", "b"'): string => `
[steps.outer]
foreach = [${outer}]
[steps.outer.parallel.first]
cmd = "echo first $INPUT_ITEM >> ran.txt"
[steps.outer.parallel.grand]
foreach = [10, 20]
depends_on = "first"
[steps.outer.parallel.grand.parallel.leaf]
foreach = { from = 1, to = 2 }
cmd = "echo leaf $HWFE_STEP >> ran.txt; test {{ item }} != 2 -o -e mended"
${more}
[steps.outer.parallel.last]
cmd = "echo last $HWFE_STEP >> ran.txt"
depends_on = "grand"
[steps.end]
cmd = "echo end >> ran.txt"
depends_on = "outer"
`;

let home: Directory;
beforeEach(() => {
  home = directory();
});
afterEach(() => home.remove());
const ran = (): string[] => readFileSync(join(home.path, 'ran.txt'), 'utf8').trim().split('\n').toSorted();
const forget = (): void => home.write('ran.txt', '');

const LEAVES = ['a', 'b'].flatMap((_, i) => [0, 1].map((j) => `leaf outer[${i}]/grand[${j}]/leaf[1]`));
const LAST = ['last outer[0]/last', 'last outer[1]/last'];

it('does again what had failed, and what had not begun', async () => {
  home.write(
    'w.toml',
    workflow('on_failed_item = "continue"')
      .replace('[steps.outer]', 'failure_mode = "continue"\n[steps.outer]\non_failed_item = "continue"')
      .replace('[steps.outer.parallel.grand]', '[steps.outer.parallel.grand]\non_failed_item = "continue"'),
  );
  expect((await home.hwfe('w.toml', '-q')).status).toBe(1);
  forget();
  home.write('mended', '');
  const { status, err } = await home.hwfe('resume', '-q');
  expect([status, err, ran()]).toEqual([
    0,
    '',
    ['', 'end', ...LAST, ...LEAVES].toSorted().filter((line) => line !== ''),
  ]);
  const shown = (await home.hwfe('show')).out;
  expect(shown).toContain('✓ outer[1]/first');
  expect(shown).toContain('✓ outer[1]/grand[0]/leaf');
});

it('with --only-failed does those again that it went on without, and what depends on them, and nothing else', async () => {
  home.write('w.toml', workflow('on_failed_item = "ignore"'));
  expect((await home.hwfe('w.toml', '-q')).status).toBe(0);
  forget();
  home.write('mended', '');
  const { status, err } = await home.hwfe('resume', '--only-failed', '-q');
  expect([status, err, ran()]).toEqual([0, '', ['end', ...LAST, ...LEAVES].toSorted()]);
  expect((await home.hwfe('resume', '--only-failed')).err).toContain('Nothing failed');
});

it('does all of an item again that is another now', async () => {
  home.write('in/a', '');
  home.write('in/b', '');
  home.write('w.toml', workflow('').replace('["a", "b"]', '{ glob = "in/*" }'));
  await home.hwfe('w.toml', '-q');
  forget();
  home.write('mended', '');
  await home.bash('mv in/b in/c');
  expect((await home.hwfe('resume', '-q')).status).toBe(0);
  expect(ran().filter((line) => line.startsWith('first'))).toEqual(['first "in/c"']);
});

it('does all of a loop again, each turn with the steps inside it', async () => {
  home.write(
    'w.toml',
    `[steps.outer]
loop = { until = "output.count.stdout == '3'", max = 5 }
[steps.outer.parallel.count]
cmd = "echo turn >> ran.txt; wc -l < ran.txt | tr -d ' '"
[steps.outer.parallel.check]
depends_on = "count"
cmd = "test -e mended"
`,
  );
  expect((await home.hwfe('w.toml', '-q')).status).toBe(1);
  expect(ran()).toEqual(['turn']);
  home.write('mended', '');
  const { status, err } = await home.hwfe('resume', '-q');
  expect([status, err, ran().length]).toEqual([0, '', 3]);
});
