// `hwfe export` and `hwfe import` from the outside.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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

describe('a run that waits', () => {
  const flow = `workflow = { steps = {
  first = { title = "First?" },
  second = { title = "Second?", depends_on = "first" },
  pay = { wait_for = { signal = "paid" } },
  done = { depends_on = { "second", "pay" }, code = "return { inputs.pay, inputs.second }" } } }`;

  it('takes along what was said to it, whether it has heard that or not, and goes on elsewhere', async () => {
    const home = directory({ 'w.lua': flow });
    const other = directory({ 'w.lua': flow });
    onTestFinished(() => (home.remove(), other.remove()));
    await home.hwfe('w.lua');
    await home.hwfe('approve', 'latest', 'first', '--as', 'alice', '--resume');
    await home.hwfe('signal', 'latest', 'paid', '--data', '{"n":1}');
    await home.hwfe('approve', 'latest', 'second', '--as', 'bob');
    await home.hwfe('export', '-o', 'run.hwfe');
    // What was said to others here has the numbers that the letters had there.
    await other.hwfe('w.lua');
    await other.hwfe('approve', 'latest', 'first');
    expect((await other.hwfe('import', join(home.path, 'run.hwfe'))).status).toBe(0);
    const id = /^Run (\S+)/.exec((await home.hwfe('export', '-o', 'again.hwfe')).out)![1]!;
    expect((await other.hwfe('show', id)).out).toContain('parked');
    const second = await other.hwfe('reject', id, 'second', '--as', 'carol');
    expect([second.status, second.err]).toEqual([2, expect.stringContaining('was answered by bob at')]);
    const resumed = await other.hwfe('resume', id, '--set', 'logging.level=warn');
    expect(resumed.out).toContain('"n": 1');
    expect(resumed.status).toBe(0);
    expect((await other.hwfe('audit', id)).out).toMatch(/first +approved by alice[^]*second +approved by bob/);
  });

  it('is not taken in with what nobody could have said', async () => {
    const home = directory({ 'w.lua': flow });
    onTestFinished(() => home.remove());
    await home.hwfe('w.lua');
    await home.hwfe('approve', 'latest', 'first', '--as', 'alice');
    await home.hwfe('export', '-o', 'run.hwfe');
    const whole = gunzipSync(readFileSync(join(home.path, 'run.hwfe'))).toString();
    expect(whole).toContain('{"letter":[1,"answer","first"');
    const broken = [
      whole.replace('"answer"', '"order"'),
      whole.replace('\\"how\\":\\"approved\\"', '\\"how\\":\\"begged\\"'),
      whole.replace('{"letter":[1,', '{"letter":[null,'),
    ];
    for (const text of broken) {
      expect(text).not.toBe(whole);
      writeFileSync(join(there.path, 'x.hwfe'), gzipSync(text));
      expect((await there.hwfe('import', 'x.hwfe')).err).toContain('"x.hwfe" was not taken in: It');
    }
  });
});
