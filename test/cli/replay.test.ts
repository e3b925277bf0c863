// `hwfe replay` from the outside.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const WORKFLOW = `workflow = { name = "w", env = { BY = "2" }, steps = {
  ["load.a"] = { language = "lua", code = "return { prices = { 30, 12.5, 4.0 }, ['a b'] = 9007199254740993 }" },
  total = { language = "javascript", depends_on = {"load.a"}, code = [[
export default ({ 'load.a': { prices, ...rest } }) => {
  console.log('adding');
  return { sum: prices.reduce((a, b) => a + b, 0) * process.env.BY, ...rest };
};
]] },
  echo = { cmd = "parse_input load.a", depends_on = {"load.a"} },
  bad = { language = "lua", depends_on = {"total"}, code = "function run(inputs)\\n  error('no ' .. inputs.total.sum)\\nend" } } }`;

let home: Directory;
beforeEach(async () => {
  home = directory({ 'w.lua': WORKFLOW });
  await home.hwfe('w.lua', '-q', '--mode', 'parallel', '--failure-mode', 'continue');
});
afterEach(() => home.remove());

describe('hwfe replay', () => {
  it('gives what the step gave, from its own inputs, and remembers nothing', async () => {
    home.write('w.lua', 'gone');
    expect(await home.hwfe('replay', 'latest', 'total', '--against')).toEqual({
      status: 0,
      out: '{"a b":9007199254740993,"sum":93}\n',
      err: 'adding\nThe output is the same.\n',
    });
    expect((await home.hwfe('replay', 'latest', 'echo')).out).toBe('{"a b":9007199254740993,"prices":[30,12.5,4.0]}\n');
    expect((await home.hwfe('runs', '--json')).out.trim().split('\n')).toHaveLength(1);
  });

  it('takes changes of inputs by --set as well, beside settings', async () => {
    const changed = ['--set', 'load.a.prices[0]=1', '--set', 'limits.output=1MB'];
    const { out } = await home.hwfe('replay', 'latest', 'total', ...changed);
    expect(out).toBe('{"a b":9007199254740993,"sum":35}\n');
    expect((await home.hwfe('replay', 'latest', 'total', '--set', 'limits.ouput=1MB')).err).toContain('names no input');
    expect(
      (await home.bash('echo "inputs[\'load.a\'].prices[0]" | hwfe repl latest total --set load.a.prices[0]=7')).out,
    ).toBe('7\n');
  });

  it('changes one place of an input and leaves every other digit', async () => {
    const { status, out, err } = await home.hwfe(
      'replay',
      'latest',
      'total',
      '-i',
      'load.a.prices[0]=1.5',
      '--against',
    );
    expect([status, out]).toEqual([1, '{"a b":9007199254740993,"sum":36}\n']);
    expect(err).toContain('sum: 93 → 36');
    const echo = await home.hwfe(
      'replay',
      'latest',
      'echo',
      '-i',
      'load.a.prices[3]={"x":5.0}',
      '-i',
      'load.a.new=it is',
    );
    expect(echo.out).toBe('{"a b":9007199254740993,"new":"it is","prices":[30,12.5,4.0,{"x":5.0}]}\n');
    expect((await home.hwfe('replay', 'latest', 'echo', '-i', 'nothing=1')).err).toContain('with one of "load.a"');
    expect((await home.hwfe('replay', 'latest', 'echo', '-i', 'load.a.prices.x=1')).err).toContain('has no place');
  });

  it('tells how the step failed', async () => {
    const { status, out, err } = await home.hwfe('replay', 'latest', 'bad');
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/✗ bad: .*no 93.* \(w.lua:10\)/);
  });

  it('lets the code be edited, and puts it back where it stood', async () => {
    const { out, err } = await home.bash(
      `EDITOR="sed -i s/process.env.BY/10/" hwfe replay latest total --edit --write`,
    );
    expect([out, err]).toEqual(['{"a b":9007199254740993,"sum":465}\n', 'adding\nThe code is in w.lua.\n']);
    expect(readFileSync(join(home.path, 'w.lua'), 'utf8')).toBe(WORKFLOW.replace('process.env.BY', '10'));
    expect((await home.bash('EDITOR=false hwfe replay latest total -e')).err).toContain('nothing was run');
  });

  it('knows of loops and of steps that stand in for others, as do prompts and tests', async () => {
    home.write(
      'l.lua',
      `workflow = { name = "l", steps = {
        turn = { loop = { ["until"] = "output >= 2", max = 5 }, inputs = { i = "{{ index }}" }, code = "function run(x) return x.i end" },
        prices = { cmd = "exit 6", fallback = "old", depends_on = {"turn"} },
        old = { code = "return { p = 4 }" },
        use = { depends_on = {"prices"}, code = "function run(i) return i.prices.p * 2 end" } } }`,
    );
    await home.hwfe('l.lua', '-q');
    for (const [step, output] of Object.entries({ turn: '2', old: '{"p":4}', use: '8' })) {
      const { out, err } = await home.hwfe('replay', 'latest', step, '--against');
      expect([step, out, err]).toEqual([step, `${output}\n`, 'The output is the same.\n']);
    }
    expect((await home.bash('echo inputs.prices.p | hwfe repl latest use')).out).toBe('4\n');
    expect((await home.bash('echo inputs.i | hwfe repl latest turn')).out).toBe('0\n');
    home.write(
      'l.test.toml',
      '[tests.a]\nmocks.turn.output = 2\nmocks.prices.output = { p = 3 }\nexpect.steps.use.output = 6\n[tests.b]\nmocks.turn.output = 2\nexpect.status = "succeeded"\nexpect.steps.prices.status = "failed"\nexpect.steps.use.output = 8',
    );
    expect((await home.hwfe('test', 'l.test.toml')).out).toContain('Tests  2 passed (2)');
  });
});
