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

  it('ends with the status of a run where an input or a secret is missing, which another step needed or not', async () => {
    home.write(
      's.lua',
      `workflow = { steps = {
        first = { secrets = { "OTHER" }, code = "return 1" },
        use = { depends_on = "first", secrets = { "TOKEN" }, code = "return #os.getenv('TOKEN')" } } }`,
    );
    await home.start(['s.lua', '-q'], { TOKEN: 'abcdef', OTHER: 'ghijkl' }).ended;
    expect((await home.hwfe('s.lua')).status).toBe(3);
    const { status, err } = await home.hwfe('replay', await firstRun(), 'use');
    expect([status, err]).toEqual([3, expect.stringContaining('Give the secret "TOKEN" a value')]);
    expect(err).not.toMatch(/OTHER|s\.lua:/);
    const again = await home.start(['replay', await firstRun(), 'use'], { TOKEN: 'abcd' }).ended;
    expect([again.status, again.out]).toEqual([0, '4\n']);
  });

  const firstRun = async (): Promise<string> => {
    const [line = ''] = (await home.hwfe('runs', '--workflow', 's', '--json')).out.trim().split('\n').toReversed();
    return (JSON.parse(line) as { id: string }).id;
  };
});

describe('hwfe replay of a step inside another', () => {
  const NESTED = `workflow = { steps = {
  group = { parallel = { one = { code = "return 1" }, two = { depends_on = "one", code = "return inputs.one + 10" } } },
  each = { foreach = "3", parallel = { sq = { inputs = { x = "{{ item }}" }, code = "return inputs.x * inputs.x" } } },
  quick = { race = { steps = { fast = { code = "return 'fast'" }, slow = { wait = "1h" } } } },
  sub = { workflow = "sub.lua" },
  deep = { parallel = { mid = { parallel = { leaf = { code = "return 'leaf'" } } } } },
} }`;
  const SUB =
    'workflow = { steps = { a = { code = "return 2" }, b = { depends_on = "a", code = "return inputs.a * 7" } } }';

  beforeEach(async () => {
    home.write('n.lua', NESTED);
    home.write('sub.lua', SUB);
    await home.hwfe('n.lua', '-q');
  });

  it.each([
    ['group/two', '11', 's/10/100/', '101', 'n.lua'],
    ['each[2]/sq', '4', 's/x [*]/x +/', '4', 'n.lua'],
    ['quick/fast', '"fast"', "s/fast'/faster'/", '"faster"', 'n.lua'],
    ['sub/b', '14', 's/7/8/', '16', 'sub.lua'],
    ['deep/mid/leaf', '"leaf"', 's/leaf/twig/', '"twig"', 'n.lua'],
  ])('runs %s again, edits it and writes it back', async (step, before, edit, after, file) => {
    const replayed = await home.hwfe('replay', 'latest', step, '--against');
    expect([replayed.out, replayed.err]).toEqual([`${before}\n`, 'The output is the same.\n']);
    const whole = file === 'n.lua' ? NESTED : SUB;
    const { out, err } = await home.bash(
      `EDITOR="sed -i '${edit.replaceAll("'", "'\\''")}'" hwfe replay latest '${step}' -e --write`,
    );
    expect([out, err]).toEqual([`${after}\n`, `The code is in ${file}.\n`]);
    const changed = readFileSync(join(home.path, file), 'utf8');
    expect(changed).not.toBe(whole);
    expect(changed.length - whole.length).toBeLessThan(4);
  });

  it('has a prompt for it, too', async () => {
    expect((await home.bash('echo "inputs.one + 1" | hwfe repl latest group/two')).out).toBe('2\n');
    expect((await home.bash('echo "inputs.x" | hwfe repl latest "each[1]/sq"')).out).toBe('1\n');
  });

  it('says which to name where the step has no code, or is done for several items', async () => {
    const complaint = async (...args: string[]): Promise<unknown> => {
      const { status, err } = await home.hwfe('replay', 'latest', ...args);
      return [status, err];
    };
    expect(await complaint('group', '-e')).toEqual([2, expect.stringContaining('name one of them: "group/one"')]);
    expect(await complaint('each/sq')).toEqual([2, expect.stringContaining('name one of them: "each[0]/sq"')]);
    expect(await complaint('each[9]/sq')).toEqual([1, expect.stringContaining('✗ each: The step has no item 9')]);
    expect(await complaint('quick/slow', '-e')).toEqual([2, expect.stringContaining('is done by the engine')]);
  });
});

it('hwfe replay does not wait for what nobody can say to it', async () => {
  home.write(
    'ask.toml',
    `[steps.ask]
language = "human"
title = "Go on?"
[steps.paid]
wait_for = { signal = "paid" }
[steps.both]
parallel = { one = { cmd = "true" }, two = { language = "human", title = "Sure?" } }
`,
  );
  expect((await home.hwfe('ask.toml', '-q')).status).toBe(75);
  for (const [step, why] of [
    ['ask', 'Step "ask" waits'],
    ['paid', 'Step "paid" waits'],
    ['both', 'Step "both" has "both/two" inside it, which waits'],
    ['both/two', 'Step "both/two" waits'],
  ] as const) {
    const { status, err } = await home.hwfe('replay', 'latest', step);
    expect([status, err]).toEqual([2, `error: ${why} for somebody, and nobody is heard during a replay\n`]);
  }
});
