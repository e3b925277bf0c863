// Steps inside steps from the outside: what is remembered of them, and what is left of the losers of a race.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningWith } from '../support/processes.ts';
import { type Directory, directory } from './rig.ts';

const INNER = `workflow = {
  inputs = { n = { type = "integer" }, by = { type = "integer", default = 2 } },
  outputs = { product = "{{ steps.times.output }}" },
  steps = {
    twice = { cache = true, inputs = { n = "{{ inputs.n }}" }, code = "function run(i) print('twice') return i.n * 2 end" },
    times = { cache = true, depends_on = "twice", inputs = { by = "{{ inputs.by }}" }, code = "function run(i) return i.twice * i.by end" },
  },
}`;

const OUTER = `workflow = { steps = {
  start = { code = "return 4" },
  sub = { workflow = "parts/inner.lua", inputs = { n = "{{ steps.start.output }}" } },
  all = {
    depends_on = "sub",
    parallel = {
      ok = { code = "function run(i) return i.sub.product end" },
      bad = { cmd = "test -e mended; echo '{}'", depends_on = "ok" },
      deep = { parallel = { inner = { code = "return 'deep'" } } },
    },
  },
  each = { foreach = { 10, 20 }, workflow = "parts/inner.lua", inputs = { n = "{{ item }}" } },
  ["end"] = { depends_on = "all", code = "return 'end'" },
} }`;

let home: Directory;
beforeEach(() => {
  home = directory({ 'outer.lua': OUTER, 'parts/inner.lua': INNER });
});
afterEach(() => home.remove());

describe('the history', () => {
  it('knows steps inside steps by their whole names', async () => {
    expect((await home.hwfe('outer.lua', '-q')).status).toBe(1);
    const shown = (await home.hwfe('show')).out;
    expect(shown).toContain('5 steps, sequential');
    for (const name of ['sub/twice', 'all/deep/inner', 'each[1]/times']) expect(shown).toContain(`✓ ${name} `);
    expect(shown).toContain('✗ all/bad ');
    expect(shown).toMatch(/- end .*skipped: it needs "all"|- end .*skipped: "all" failed/);
    expect((await home.hwfe('output', 'latest', 'sub/times')).out).toBe('16\n');
    expect((await home.hwfe('output', 'latest', 'sub')).out).toBe('{"product":16}\n');
    expect((await home.hwfe('logs', 'latest', 'sub/twice')).out).toContain('twice');
    expect((await home.hwfe('why', 'sub/twice', 'latest')).status).toBe(0);
    for (const [step, out] of [
      ['sub/times', '16\n'],
      ['all/ok', '16\n'],
      ['all/deep/inner', '"deep"\n'],
      ['each[1]/times', '80\n'],
      ['each[0]', '{"product":40}\n'],
    ]) {
      expect([step, (await home.hwfe('replay', 'latest', step!)).out]).toEqual([step, out]);
    }
  });

  it('takes from the cache what an earlier run did inside a step', async () => {
    await home.hwfe('outer.lua', '-q');
    const { out } = await home.hwfe('outer.lua', '--json');
    const cached = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; step?: string; cached?: object })
      .filter(({ kind, cached: from }) => kind === 'step-succeeded' && from !== undefined)
      .map(({ step }) => step!);
    expect(cached.toSorted()).toEqual(
      ['each[0]/times', 'each[0]/twice', 'each[1]/times', 'each[1]/twice', 'sub/times', 'sub/twice'].toSorted(),
    );
  });

  it('tells before a run what of the steps inside would be taken from the cache', async () => {
    const cached = 'cache = true, code =';
    home.write(
      'cached.lua',
      `workflow = { steps = {
      first = { ${cached} "return 3" },
      sub = { workflow = "parts/inner.lua", inputs = { n = "{{ steps.first.output }}" } },
    } }`,
    );
    await home.hwfe('cached.lua', '-q');
    home.write('parts/inner.lua', INNER.replace('i.twice * i.by', 'i.twice + i.by'));
    const { out } = await home.hwfe('cached.lua', '--dry-run');
    expect(out).toContain('sub/twice would not run: cached from');
    expect(out).toMatch(/sub\/times would run: since \S+ this has changed:\n +code/);
  });

  it('keeps what had succeeded inside a step when the run goes on', async () => {
    await home.hwfe('outer.lua', '-q');
    home.write('mended', '');
    const { status, out } = await home.hwfe('resume', 'latest', '--json');
    expect(status).toBe(0);
    const started = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; step?: string })
      .filter(({ kind }) => kind === 'step-started')
      .map(({ step }) => step!);
    expect(started).toEqual(['all', 'all/bad', 'end']);
  });
});

it('the losers of a race are dead with all their children once it is decided', async () => {
  const mark = `${Date.now()}.5`;
  home.write(
    'race.lua',
    `workflow = { steps = {
      who = { race = { steps = {
        child = { cmd = "sleep 7${mark} & sleep 8${mark}; echo late" },
        stubborn = { cmd = "trap '' TERM; sleep 9${mark} & wait; sleep 9${mark}" },
        quick = { cmd = "sleep 1; echo quick" },
      } } },
      after = { depends_on = "who", cmd = "ps -eo args | grep -c '[s]leep [789]${mark}' || true" },
    } }`,
  );
  const { status, out } = await home.hwfe('race.lua', '--jobs', '3', '--output', 'json', '--quiet');
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ after: { stdout: '0' } });
  expect(runningWith(mark)).toEqual([]);
}, 30_000);
