// Runs that wait for somebody, from the outside: parked, answered, resumed, killed in between.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const FLOW = `workflow = { steps = {
  build = { cmd = "echo built >> ran.txt; echo data > $HWFE_WORKDIR/f" },
  ask = { title = "Ship {{ steps.build.output.exit_code }}?", assignee = "alice", depends_on = "build",
    form = { type = "object", properties = { count = { type = "integer", minimum = 1 } }, required = { "count" } } },
  pay = { wait_for = { signal = "paid" } },
  ship = { depends_on = { "ask", "pay" }, cmd = "echo shipped $INPUT_ASK $INPUT_PAY; cat $HWFE_WORKDIR/f" },
} }`;

let home: Directory;
beforeEach(() => {
  home = directory({ 'w.lua': FLOW });
});
afterEach(() => home.remove());

const status = async (): Promise<string> => {
  const [first = ''] = (await home.hwfe('runs', '--json')).out.split('\n');
  return (JSON.parse(first) as { status: string }).status;
};
const idOf = async (): Promise<string> => {
  const [first = ''] = (await home.hwfe('runs', '--json')).out.split('\n');
  return (JSON.parse(first) as { id: string }).id;
};

describe('a run that only waits', () => {
  it('parks with status 75, keeps what it has, and goes on where it is answered and resumed', async () => {
    const parked = await home.hwfe('w.lua');
    expect(parked.status).toBe(75);
    expect(parked.out).toContain('waits for an answer of alice: Ship 0?');
    expect(parked.out).toMatch(/w is parked after .*: 1 succeeded, 2 waiting, 1 not begun/);
    expect(await status()).toBe('parked');
    expect((await home.hwfe('status')).out).toMatch(/ w .*‖ parked.*\n  ‖ pay\n  ‖ ask\n$/);
    const shown = await home.hwfe('show');
    expect(shown.out).toContain('hwfe resume ');

    // Resumed without an answer, it waits for the same again.
    expect((await home.hwfe('resume')).status).toBe(75);
    expect((await home.hwfe('approve', 'latest', 'ask', '--set', 'count=0')).err).toContain(
      'does not fit the form of step "ask"',
    );
    expect((await home.hwfe('approve', 'latest', 'ask', '--set', 'cuont=1')).err).toContain('did you mean "count"?');
    const approved = await home.hwfe('approve', 'latest', 'ask', '--set', 'count=2', '--as', 'bob');
    expect([approved.status, approved.out]).toEqual([0, expect.stringContaining('go on with the run: hwfe resume')]);
    const second = await home.hwfe('reject', 'latest', 'ask', '--reason', 'no');
    expect([second.status, second.err]).toEqual([2, expect.stringContaining('was answered by bob at')]);
    const signalled = await home.hwfe('signal', 'latest', 'paid', '--data', '{"$(id)": "; rm -rf ~"}', '--resume');
    expect(signalled.status).toBe(0);
    expect(signalled.out.replaceAll('\\', '')).toContain('shipped {"count":2} {"$(id)":"; rm -rf ~"}');
    expect(signalled.out).toContain('data');
    expect(await status()).toBe('succeeded');
    expect((await home.hwfe('show')).out).toMatch(/approved by bob at \d{4}-/);
    expect((await home.hwfe('audit')).out).toContain('approved by bob');
    expect((await home.hwfe('approve', 'latest', 'ask')).err).toContain('asks nobody; its status is "succeeded"');
  });

  it('counts what has only such steps inside it as waiting, and shows nothing as waiting that was answered meanwhile', async () => {
    home.write(
      'n.lua',
      `workflow = { mode = "work-stealing", steps = {
        g = { retries = 1, parallel = { a = { title = "A?" }, b = { code = "return 1" } } },
        each = { title = "E?", foreach = { 1, 2 } },
        s = { wait_for = { signal = "go" } },
        after = { code = "return 1", depends_on = { "g", "each", "s" } } } }`,
    );
    expect((await home.hwfe('n.lua')).out).toMatch(/n is parked after .*: 3 waiting, 1 not begun\n/);
    expect((await home.hwfe('status')).out).not.toContain('▸');
    expect((await home.hwfe('show')).out).not.toContain('▸');
    for (const step of ['g/a', 'each[1]']) await home.hwfe('approve', 'latest', step);
    await home.hwfe('signal', 'latest', 'go');
    const { out } = await home.hwfe('resume');
    expect(out.match(/‖ .* waits for .*/g)).toEqual([expect.stringContaining('each[0]')]);
    expect(out).toMatch(/‖ g\/a .* approved by /);
    expect(out).toMatch(/n is parked after .*: 2 succeeded, 1 waiting, 1 not begun\n/);
    await home.hwfe('approve', 'latest', 'each[0]');
    const last = await home.hwfe('resume');
    expect([last.status, last.out]).toEqual([0, expect.not.stringContaining('waits for')]);
  });

  it('tells what waits where a step is answered that does not', async () => {
    await home.hwfe('w.lua');
    expect((await home.hwfe('approve', 'latest', 'build')).err).toContain(
      'Step "build" does not wait for an answer, it is succeeded; these do: "ask"',
    );
    expect((await home.hwfe('approve', 'latest', 'aks')).err).toContain('did you mean "ask"?');
    expect((await home.hwfe('runs', '--status', 'parked', '--json')).out.trim().split('\n')).toHaveLength(1);
    await home.hwfe('report', '--output-file', 'r.html');
    expect(readFileSync(join(home.path, 'r.html'), 'utf8')).toContain('an answer of alice: Ship 0?');
    await home.hwfe('cancel', 'latest');
    expect(await status()).toBe('cancelled');
    expect(existsSync(join(home.path, '.hwfe/parked'))).toBe(true);
    expect(readdirSync(join(home.path, '.hwfe/parked'))).toEqual([]);
  });

  it('fails with the reason where the answer is no', async () => {
    await home.hwfe('w.lua');
    const { status: ended, err, out } = await home.hwfe('reject', '--reason', 'too dear', '--as', 'carol', '--resume');
    expect(ended).toBe(1);
    expect(out + err).toContain('carol said no: too dear');
  });

  it('hears answers of another process while it is under way, of which the first counts', async () => {
    const run = home.start(['w.lua', '--park', 'never']);
    await run.until(/Ship 0\?/);
    const id = await idOf();
    const answers = await Promise.all([
      home.hwfe('approve', id, 'ask', '--set', 'count=1', '--as', 'one'),
      home.hwfe('approve', id, 'ask', '--set', 'count=2', '--as', 'two'),
    ]);
    expect(answers.map((answer) => String(answer.status)).sort()).toEqual(['0', '2']);
    expect(answers.map(({ err }) => err).join('')).toMatch(/was (answered|approved) by (one|two) at/);
    expect((await home.hwfe('signal', id, 'paid', '--data', 'plain text')).status).toBe(0);
    const ended = await run.ended;
    expect(ended.status).toBe(0);
    expect(ended.out.replaceAll('\\', '')).toMatch(/shipped \{"count":[12]\} "plain text"/);
  });

  it('keeps the items that were answered, over parking and over a kill, and asks only for the others', async () => {
    home.write(
      'i.lua',
      `workflow = { steps = {
  ask = { foreach = { "a", "b", "c" }, title = "Take {{ item }}?" },
  each = { foreach = 2, parallel = { q = { title = "Deep {{ item }}?" }, then_ = { depends_on = "q", cmd = "echo $HWFE_STEP >> ran.txt" } } },
  sum = { depends_on = { "ask", "each" }, code = "function run(i) return #i.ask end" } } }`,
    );
    expect((await home.hwfe('i.lua')).status).toBe(75);
    expect((await home.hwfe('approve', 'latest', 'ask[1]', '--as', 'bob')).status).toBe(0);
    expect((await home.hwfe('approve', 'latest', 'each[1]/q')).status).toBe(0);
    const again = await home.hwfe('resume');
    expect(again.status).toBe(75);
    expect(again.out).toContain('✓ ask[1]');
    const shown = (await home.hwfe('show')).out;
    expect(shown).toMatch(/✓ ask\[1\] .*approved by bob at/);
    expect(shown).toMatch(/‖ ask +human +1 of 3 items/);
    expect((await home.hwfe('approve', 'latest', 'ask[1]')).err).toContain('was approved by bob at');

    const run = home.start(['resume', '--park', 'never']);
    await run.until(/Take a\?/);
    await run.until(/Deep 0\?/);
    expect((await home.hwfe('approve', 'latest', 'ask[0]', '--as', 'carol')).status).toBe(0);
    await expect.poll(async () => (await home.hwfe('audit')).out).toMatch(/step-items +ask +1 succeeded\n.*/);
    run.signal('SIGKILL');
    const { out } = await run.ended;
    expect(out).not.toContain('Take b?');

    await home.hwfe('approve', 'latest', 'each[0]/q');
    const last = await home.hwfe('approve', 'latest', 'ask[2]', '--resume');
    expect([last.status, last.out]).toEqual([0, expect.stringContaining('sum: 3')]);
    expect(last.out).not.toMatch(/Take [ab]\?/);
    const told = (await home.hwfe('show')).out;
    expect(told).toMatch(/ask\[1\] .*approved by bob/);
    expect(told).toMatch(/ask\[0\] .*approved by carol/);
    expect(readFileSync(join(home.path, 'ran.txt'), 'utf8').trim().split('\n').toSorted()).toEqual([
      'each[0]/then_',
      'each[1]/then_',
    ]);
    await home.hwfe('report', '--output-file', 'r.html');
    expect(readFileSync(join(home.path, 'r.html'), 'utf8')).toContain('Take a?');
  });

  it('goes on with the turn that its loop was in, and with what the turn before gave', async () => {
    home.write(
      'l.lua',
      `workflow = { failure_mode = "continue", steps = {
  draft = { loop = { ["until"] = "output.ask.ok", max = 5 }, inputs = { turn = "{{ index }}", note = "{{ default(output.ask.note, 0) }}" }, parallel = {
    write = { cmd = "echo $INPUT_TURN $INPUT_NOTE >> ran.txt" },
    ask = { title = "Good?", depends_on = "write", form = { type = "object", properties = { ok = { type = "boolean" }, note = { type = "string" } } } },
    last = { cmd = "echo last >> ran.txt", depends_on = "ask" } } },
  ["end"] = { code = "return 'over'", depends_on = "draft" } } }`,
    );
    expect((await home.hwfe('l.lua')).status).toBe(75);
    expect((await home.hwfe('approve', 'latest', '--set', 'ok=false', '--set', 'note=longer', '--resume')).status).toBe(
      75,
    );
    // What the turn before gave behind the question is not of this one.
    expect((await home.hwfe('show')).out).toMatch(/· draft\/last/);
    expect((await home.hwfe('resume')).status).toBe(75);
    const { status: ended, out } = await home.hwfe('approve', 'latest', '--set', 'ok=true', '--resume');
    expect([ended, out]).toEqual([0, expect.stringContaining('end: over')]);
    expect(readFileSync(join(home.path, 'ran.txt'), 'utf8')).toBe('0 0\nlast\n1 "longer"\nlast\n');
  });

  it('that is killed while it waits still knows its questions and its times when it is resumed', async () => {
    home.write(
      'k.lua',
      `workflow = { mode = "parallel", steps = {
  build = { cmd = "echo built >> ran.txt" }, late = { wait = "1h" }, ask = { title = "Ship?" } } }`,
    );
    const run = home.start(['k.lua', '--park', 'never']);
    await run.until(/Ship\?/);
    await run.until(/✓ build/);
    await expect.poll(async () => (await home.hwfe('show')).out).toContain('✓ build');
    run.signal('SIGKILL');
    await run.ended;
    expect(await status()).toBe('interrupted');
    expect((await home.hwfe('approve', 'latest', 'ask')).status).toBe(0);
    const resumed = await home.hwfe('resume', '--park', 'always');
    expect(resumed.status).toBe(75);
    expect(resumed.out).toContain('✓ ask');
    expect(readFileSync(join(home.path, 'ran.txt'), 'utf8')).toBe('built\n');
    const times = [...(await home.hwfe('audit')).out.matchAll(/step-pending +late +for (\S+)/g)].map(([, at]) => at);
    expect(times).toHaveLength(2);
    expect(times[0]).toBe(times[1]);
    await home.hwfe('cancel', 'latest');
  });

  it('stays for what it sees itself, unless it is told to park', async () => {
    home.write('t.lua', 'workflow = { steps = { a = { wait = "300ms" }, b = { wait_for = { file = "there" } } } }');
    expect((await home.hwfe('t.lua', '--park', 'always')).status).toBe(75);
    writeFileSync(join(home.path, 'there'), 'x');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await home.hwfe('resume')).status).toBe(0);
    expect((await home.hwfe('t.lua', '--park', 'sometimes')).err).toContain('"--park" takes auto, always or never');
  });

  it('stays where it could not be resumed', async () => {
    const run = home.start(['w.lua', '--no-store']);
    await run.until(/Ship 0\?/);
    run.signal('SIGINT');
    expect((await run.ended).status).toBe(130);
  });
});

describe('a test of a workflow', () => {
  it('says what people say, and fails where nobody stands in for them', async () => {
    home.write(
      'workflows/t.lua',
      'workflow = { steps = { ask = { title = "N?" }, done = { depends_on = "ask", code = "return inputs.ask.n" } } }',
    );
    home.write(
      'workflows/t.test.toml',
      '[tests.a]\nmocks.ask.output = { n = 3 }\nexpect.steps.done.output = 3\n[tests.b]\n',
    );
    const { status: ended, out } = await home.hwfe('test');
    expect([ended, out]).toEqual([1, expect.stringContaining('waits for somebody whom no mock stands in for')]);
    expect(out).toContain('1 failed, 1 passed (2)');
  });
});

describe('on a terminal', () => {
  it('asks one question after the other, again where an answer does not fit, and goes on', async () => {
    home.write(
      't.lua',
      `workflow = { mode = "parallel", steps = {
  ask = { title = "How many?", form = { type = "object", properties = { n = { type = "integer", minimum = 1 } }, required = { "n" } } },
  sure = { title = "Sure?" },
  done = { depends_on = { "ask", "sure" }, code = "return inputs.ask.n" },
} }`,
    );
    const typed = 'sleep 1; for line in yes 0 yes 4 yes; do echo $line; sleep 0.4; done';
    const line = `(${typed}) | script -qec 'hwfe t.lua; echo status=$?' /dev/null`;
    const { out } = await home.bash(`export -f hwfe; export SHELL=/bin/bash TERM=xterm\n${line}`);
    expect(out).toContain('? ask: How many?');
    expect(out).toContain('That does not fit: "n"');
    expect(out).toContain('? sure: Sure?');
    expect(out).toContain('done: 4');
    expect(out).toContain('status=0');
  });

  it.each([
    ['the view is drawn above what is typed', ''],
    ['lines are printed above it where nothing can be drawn', 'CI=1'],
  ])('goes on meanwhile: %s', async (_how, env) => {
    home.write(
      't.lua',
      `workflow = { mode = "work-stealing", max_parallel_steps = 2, steps = {
  ask = { title = "Sure?", form = { type = "object", properties = { word = { type = "string" } } } },
  busy = { cmd = "sleep 1.5; echo busy as ever" },
  done = { depends_on = { "ask" }, code = "return inputs.ask.word" },
} }`,
    );
    const typed = 'sleep 1; printf ye; sleep 2; echo s; sleep 0.3; printf "one two\\033[D\\033[Dx"; sleep 0.5; echo';
    const line = `(${typed}) | ${env} script -qec 'hwfe t.lua --print-output; echo status=$?' /dev/null`;
    const { out } = await home.bash(`export -f hwfe; export SHELL=/bin/bash TERM=xterm\n${line}`);
    // oxlint-disable-next-line no-control-regex -- only what is moved and painted is left out
    const [before = '', after = ''] = out.replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, '').split('busy as ever');
    expect(before).toContain('yes or no, or "no" with a reason: ye');
    expect(after).toContain('yes or no, or "no" with a reason: ye');
    expect(out).toContain('done: one txwo');
    expect(out).toContain('status=0');
  });
});
