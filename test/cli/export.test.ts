// `hwfe export` and `hwfe import` from the outside.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directory } from './rig.ts';

const here = directory({
  'w.lua': `workflow = { name = "w", steps = {
    big = { language = "lua", code = "print('hi') return ('x'):rep(100000)" },
    bad = { language = "lua", depends_on = {"big"}, code = "error('no')" } } }`,
});
const there = directory();
beforeAll(async () => {
  await here.hwfe('w.lua', '-q');
  await here.hwfe('export', '-o', 'run.hwfe');
});
afterAll(() => {
  here.remove();
  there.remove();
});

describe('an exported run', () => {
  it('is the same in another history, once', async () => {
    const file = join(here.path, 'run.hwfe');
    expect((await there.hwfe('import', file)).out).toMatch(/^Run \S+ was taken in\.\n$/);
    for (const args of [['logs'], ['audit'], ['output', 'latest', 'big']]) {
      expect((await there.hwfe(...args)).out).toBe((await here.hwfe(...args)).out);
    }
    const show = async (home: typeof here): Promise<string> => (await home.hwfe('show')).out.replace(/process \d+/, '');
    expect(await show(there)).toBe(await show(here));
    expect((await there.hwfe('import', file)).err).toContain('is here already');
  });

  it('is not taken in where it is damaged or means harm', async () => {
    const whole = gunzipSync(readFileSync(join(here.path, 'run.hwfe'))).toString();
    const broken = [
      whole.replace('"version":1', '"version":2'),
      whole.replace(/"run":\["[^"]*"/, '"run":["../../x"'),
      whole.replace(/\n\{"event".*\n/, '\n{"event":[1,2,3,4,5]}\n'),
      whole.replace('"failed"', '"done"'),
      whole.slice(0, whole.length / 2),
    ];
    for (const text of broken) {
      writeFileSync(join(there.path, 'x.hwfe'), gzipSync(text));
      const { status, err } = await there.hwfe('import', 'x.hwfe');
      expect([status, err]).toEqual([2, expect.stringContaining('"x.hwfe" was not taken in: It')]);
    }
    writeFileSync(join(there.path, 'x.hwfe'), 'text');
    expect((await there.hwfe('import', 'x.hwfe', 'nowhere')).err).toContain('"nowhere" cannot be read');
    expect((await there.hwfe('runs', '--json')).out.trim().split('\n')).toHaveLength(1);
  });
});
