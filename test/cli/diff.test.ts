// `hwfe diff` and `hwfe stats` from the outside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directory } from './rig.ts';

const workflow = (price: string, more: string): string => `workflow = { name = "w", steps = {
  load = { language = "lua", code = [[return { { id = 1, price = 2 }, { id = 2, price = ${price} }${more} }]] },
  same = { language = "lua", code = "return 1" },
  last = { language = "lua", depends_on = {"load"}, code = "function run(i) return #i.load // (#i.load - 1) end" } } }`;

const home = directory();
beforeAll(async () => {
  for (const text of [workflow('3', ''), workflow('4.5', ', { id = 7, price = 1 }'), workflow('"x" .. {}', '')]) {
    home.write('w.lua', text);
    await home.hwfe('w.lua', '-q', '--failure-mode', 'continue');
  }
});
afterAll(() => home.remove());

async function ids(): Promise<string[]> {
  const { out } = await home.hwfe('runs', '--json');
  return out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id)
    .reverse();
}

describe('hwfe diff', () => {
  it('shows the code, the statuses and the first place where outputs differ', async () => {
    const [first, second, third] = await ids();
    const { status, out } = await home.hwfe('diff', first!, second!);
    expect(status).toBe(1);
    expect(out.split('\n').filter((line) => !line.includes('took:'))).toEqual([
      'In the workflow',
      '  ~ load  code',
      '      - return { { id = 1, price = 2 }, { id = 2, price = 3 } }',
      '      + return { { id = 1, price = 2 }, { id = 2, price = 4.5 }, { id = 7, price = 1 } }',
      'In the runs',
      '  load',
      '      output: [1].price: 3 → 4.5',
      '  last',
      '      output: the value: 2 → 1',
      '1 output is the same.',
      '',
    ]);
    expect((await home.hwfe('diff', second!, third!)).out).toContain('status: succeeded → failed');
    expect(await home.hwfe('diff', first!, first!)).toEqual({
      status: 0,
      out: 'Nothing differs; 3 outputs are the same.\n',
      err: '',
    });
  });

  it('tells records apart by a key', async () => {
    const [first, second] = await ids();
    const { status, out } = await home.hwfe('diff', first!, second!, '--data', 'load');
    expect([status, out]).toEqual([1, '+ 7\n~ 2  price: 3 → 4.5\n1 added, 0 removed, 1 changed, 1 the same\n']);
    expect((await home.hwfe('diff', first!, second!, '--data', 'same')).err).toContain('not both lists of records');
    expect((await home.hwfe('diff', first!, second!, '--data', 'load', '--key', 'name')).err).toContain('"name"');
  });
});

describe('hwfe stats', () => {
  it('counts runs by workflow, and steps of one', async () => {
    expect((await home.hwfe('stats', '--json')).out).toContain(
      '{"name":"w","times":3,"succeeded":2,"cached":0,"median":',
    );
    const { out } = await home.hwfe('stats', 'w');
    expect(out).toMatch(/^step {2,}runs {2,}succeeded {2,}cached {2,}median {2,}95 %\n/);
    expect(out).toMatch(/\nload {2,}3 {2,}66 % {2,}0 {2,}\S+ms {2,}\S+ms\n/);
    expect((await home.hwfe('stats', 'nothing')).status).toBe(2);
  });
});
