// `hwfe run` from the outside: what it prints where, what it exits with, what it leaves behind.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { directory } from './rig.ts';

const GOOD = `workflow = { name = "good", description = "All is well", steps = {
  load = { language = "lua", code = "function run() print('loading') return { id = 9007199254740993, ratio = 5.0 } end" },
  report = { language = "lua", depends_on = {"load"}, code = "function run(inputs) return { id = inputs.load.id, ratio = inputs.load.ratio } end" },
}}`;
const BAD = `workflow = { name = "bad", steps = {
  load = { language = "shell", code = [[
    echo before
    echo why >&2
    exit 3
  ]] },
  after = { language = "lua", depends_on = {"load"}, code = "function run() return 1 end" },
}}`;
const WRONG = `workflow = { name = "wrong", steps = { a = { language = "luaa", code = "x" }, b = { languag = "lua" } } }`;
const SLOW = `workflow = { name = "slow", steps = {
  wait = { language = "shell", code = "echo waiting; sleep 60" },
  deaf = { language = "shell", code = "trap '' TERM INT; echo deaf; for i in $(seq 600); do sleep 0.1; done" },
}}`;
const LACKS = `workflow = { name = "lacks", steps = {
  a = { language = "python", runtime = "native", interpreter = "no-such-python", code = "def run(): return 1" } } }`;

const home = directory({
  'workflows/good.lua': GOOD,
  'workflows/slow.lua': SLOW,
  'workflows/examples/deep.lua': GOOD.replace('"good"', '"deep"'),
  'bad.lua': BAD,
  'wrong.lua': WRONG,
  'lacks.lua': LACKS,
});
afterAll(() => home.remove());

describe('the exit status', () => {
  it.each([
    [0, ['good']],
    [1, ['bad.lua']],
    [2, ['wrong.lua']],
    [2, ['nowhere.lua']],
    [2, ['good', '--mode', 'paralel']],
    [2, ['good', '--no-such-flag']],
    [2, ['good', '--output', 'yaml']],
    [2, ['good', '-o', 'no/such/directory/out.json']],
    [4, ['lacks.lua']],
    [1, ['good', 'bad.lua', 'wrong.lua']],
    [2, ['good', 'wrong.lua']],
  ])('is %i for %j', async (status, args) => {
    expect((await home.hwfe(...args)).status).toBe(status);
  });
});

describe('files', () => {
  it('are found by bare name, in the workflow directory and its examples, with or without extension', async () => {
    for (const name of ['good', 'good.lua', 'workflows/good.lua', 'deep', 'deep.lua']) {
      expect(await home.hwfe(name, '-q')).toEqual({ status: 0, out: '', err: '' });
    }
  });

  it('and commands that were probably meant are suggested', async () => {
    expect((await home.hwfe('goood')).err).toBe(
      'error: There is no workflow file "goood" here or in "workflows"; did you mean "good"?\n',
    );
    expect((await home.hwfe('vaildate', 'good')).err).toContain('did you mean "validate"?');
    expect((await home.hwfe('good', '--dry-rum')).err).toBe(
      'error: There is no flag "--dry-rum"; did you mean "--dry-run"?\nSee: hwfe help run\n',
    );
  });
});

describe('standard output', () => {
  it('has the report and the outputs', async () => {
    const { out, err } = await home.hwfe('good');
    expect(out.replace(/\d+(\.\d+)?m?s/g, 'TIME')).toBe(
      [
        'good (workflows/good.lua): 2 steps in 2 levels, sequential',
        '[1/2] ✓ load (lua) TIME',
        '[2/2] ✓ report (lua) TIME',
        '✓ good succeeded in TIME: 2 succeeded',
        '',
        'report: {"id": 9007199254740993, "ratio": 5.0}',
        '',
      ].join('\n'),
    );
    expect(err).toBe('');
  });

  it('has only the outputs with --output, byte for byte', async () => {
    const { out, err } = await home.hwfe('good', '--output', 'json');
    expect(out).toBe('{"report":{"id":9007199254740993,"ratio":5.0}}\n');
    expect(err).toContain('[2/2] ✓ report');
  });

  it('has only events with --json', async () => {
    const { out, err } = await home.hwfe('good', '--json');
    const kinds = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds).toEqual([
      'run-started',
      'step-started',
      'step-printed',
      'step-succeeded',
      'step-started',
      'step-succeeded',
      'run-settled',
    ]);
    expect(out).toContain('"output":{"id":9007199254740993,"ratio":5.0}}');
    expect(err).toBe('');
  });

  it('has printed lines with --print-output', async () => {
    expect((await home.hwfe('good', '-p')).out).toContain('\n  │ loading\n[2/2]');
  });

  it('begins with the configuration with --verbose, and with log level info', async () => {
    const banner = [
      'Loaded configuration:',
      '  Workflow directory: workflows',
      '  Server: 127.0.0.1:3030',
      '  Execution mode: parallel',
      '  Max parallel steps: 3',
      '  Step parallelism: enabled',
      '  Log level: info',
      '',
      '',
    ].join('\n');
    expect((await home.hwfe('good', '-v', '-m', 'parallel', '-j', '3')).out.startsWith(banner)).toBe(true);
    const { ended } = home.start(['good'], { HWFE_LOG_LEVEL: 'info', HWFE_EXECUTION_MODE: 'parallel' });
    expect((await ended).out).toContain('  Execution mode: parallel\n');
  });

  it('has no colours in a pipe, unless they are asked for', async () => {
    expect((await home.hwfe('good')).out).not.toContain('\u001B');
    expect((await home.hwfe('good', '--color')).out).toContain('\u001B[32m✓');
    const { ended } = home.start(['good'], { FORCE_COLOR: '1', NO_COLOR: '1' });
    expect((await ended).out).not.toContain('\u001B');
  });
});

describe('a failed step', () => {
  it('is shown with its last lines, its place and what to do; the outputs are not delivered', async () => {
    const { out, err } = await home.hwfe('bad.lua', '-o', 'bad.json');
    expect(out).toContain('✗ load ended with exit status 3\n');
    expect(out).toContain(' --> bad.lua:');
    expect(out).toContain('  │ before\n  │ why\n  → ');
    expect(out).toContain('[2/2] - after (lua) skipped: it needs "load"');
    expect(err).toBe('');
    expect(existsSync(join(home.path, 'bad.json'))).toBe(false);
  });
});

describe('mistakes in a file', () => {
  it('are all on standard error, with their places', async () => {
    const { out, err } = await home.hwfe('wrong.lua', '--json');
    expect(out).toBe('');
    expect(err).toContain('did you mean "lua"?');
    expect(err).toContain('did you mean "language"?');
    expect(err).toContain(' --> wrong.lua:1:');
    expect(err).toMatch(/\n\d errors\n$/);
  });
});

describe('-o FILE', () => {
  it('writes the form that its ending says, or the one that is asked for, and no draft remains', async () => {
    expect((await home.hwfe('good', '-o', 'out.json')).out).toMatch(/\n\nThe outputs are in out\.json\.\n$/);
    expect(readFileSync(join(home.path, 'out.json'), 'utf8')).toBe('{"report":{"id":9007199254740993,"ratio":5.0}}\n');
    await home.hwfe('good', '-o', 'out.md');
    expect(readFileSync(join(home.path, 'out.md'), 'utf8')).toContain('| ratio | 5.0 |');
    await home.hwfe('good', '-o', 'out.txt', '--output', 'json');
    expect(readFileSync(join(home.path, 'out.txt'), 'utf8')).toContain('{"report":');
    expect(readdirSync(home.path).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('takes one workflow', async () => {
    expect((await home.hwfe('good', 'deep', '-o', 'out.json')).status).toBe(2);
  });
});

describe('a dry run', () => {
  it('shows levels and runs nothing', async () => {
    const { out, status } = await home.hwfe('bad.lua', '--dry-run');
    expect(status).toBe(0);
    expect(out).toContain(
      'Level 1\n  load   shell, process\n\nLevel 2\n  after  lua, embedded; needs load\n\nNothing was run.\n',
    );
  });
});

describe('signals', () => {
  it('the first stops the run, the second kills what does not listen; the status is 130', async () => {
    const run = home.start(['slow', '-m', 'parallel', '-j', '2', '--json']);
    await run.until(/"text":"waiting"/);
    await run.until(/"text":"deaf"/);
    run.signal('SIGINT');
    await run.until(/Press Ctrl-C again to kill them/);
    run.signal('SIGINT');
    const { status, out, err } = await run.ended;
    expect(status).toBe(130);
    expect(err).toContain('Killing what still runs.');
    expect(out.match(/"kind":"step-cancelled"/g)).toHaveLength(2);
    expect(out).toMatch(/"kind":"run-settled",.*"status":"cancelled"/);
  });

  it('a second SIGTERM while the command closes changes nothing', async () => {
    home.write(
      'long.lua',
      'workflow = { steps = { a = { cmd = "sleep 30" }, b = { language = "python", code = "import time; time.sleep(30)" } } }',
    );
    const run = home.start(['long.lua', '--mode', 'parallel', '--json', '-j', '2']);
    await run.until(/"step-started".*"a"/);
    run.signal('SIGTERM');
    await run.until(/"run-settled"/);
    run.signal('SIGTERM');
    expect((await run.ended).status).toBe(130);
  });

  it('SIGTERM stops as Ctrl-C does', async () => {
    const run = home.start(['slow', '-m', 'parallel', '-j', '2']);
    await run.until(/slow \(workflows/);
    run.signal('SIGTERM');
    await run.until(/Stopping/);
    run.signal('SIGTERM');
    expect((await run.ended).status).toBe(130);
  });
});

describe('the files of a run', () => {
  home.write(
    'workflows/files.lua',
    `workflow = { name = "files", steps = {
  note = { code = "function run() return hwfe.file('note.txt', 'kept') end" },
  rows = { code = "function run() return hwfe.table { { id = 1, name = 'a' }, { id = 2 } } end" },
}}`,
  );

  it('are gone with it, which is said', async () => {
    const { out, status } = await home.hwfe('files');
    expect(status).toBe(0);
    expect(out).toContain('The files are gone with the run; add --workdir DIR to keep them.');
  });

  it('stay in the directory that --workdir names, below what is there', async () => {
    home.write('out/other.txt', 'other');
    const { out, status } = await home.hwfe('files', '--workdir', 'out');
    expect(status).toBe(0);
    expect(out).not.toContain('gone with the run');
    expect(readdirSync(join(home.path, 'out')).sort()).toEqual(['note.txt', 'other.txt']);
    expect(readFileSync(join(home.path, 'out/note.txt'), 'utf8')).toBe('kept');
  });

  it('are asked for of one workflow, in a directory that can be one', async () => {
    const several = await home.hwfe('files', 'good', '--workdir', 'out');
    expect(several).toMatchObject({ status: 2, err: expect.stringContaining('name one file') });
    const blocked = await home.hwfe('files', '--workdir', 'workflows/files.lua');
    expect(blocked).toMatchObject({
      status: 2,
      err: expect.stringContaining('cannot be kept in "workflows/files.lua"'),
    });
  });

  it('and a table is shown as its records, but for programs', async () => {
    const { out } = await home.hwfe('files', '--output', 'markdown');
    expect(out).toContain('| id | name |\n| --- | --- |\n| 1 | a |\n| 2 | null |');
    expect((await home.hwfe('files', '--output', 'plain')).out).toContain('rows: [{"id": 1, "name": "a"}, ');
    expect((await home.hwfe('files', '--output', 'json')).out).toContain('"rows":{"$table":{');
  });
});

it('--timeout ends a run that takes too long, which then has failed', async () => {
  const { status, out } = await home.hwfe('slow', '--timeout', '300ms');
  expect(status).toBe(1);
  expect(out).toContain('ran out of time after');
});

it('a reader that goes away ends the run quietly', async () => {
  const { out, err } = await home.bash('hwfe good | head -1; echo "${PIPESTATUS[0]}"');
  expect(out).toBe('good (workflows/good.lua): 2 steps in 2 levels, sequential\n141\n');
  expect(err).toBe('');
});
