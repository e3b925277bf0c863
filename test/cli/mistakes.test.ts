// What a person is told who asks a command for what there is not.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { directory } from './rig.ts';

const home = directory({
  'a.lua': `workflow = { steps = { one = { code = "return 1" }, two = { depends_on = "one", code = "error('no')" } } }`,
});
const empty = directory();
beforeAll(() => home.hwfe('a.lua', '-q'));
afterAll(() => {
  home.remove();
  empty.remove();
});

/** The lines of standard error; nothing is done, and nothing is printed. */
async function complaint(where: typeof home, line: string): Promise<string> {
  const { status, out, err } = await where.hwfe(...line.split(' '));
  expect([line, status, out]).toEqual([line, 2, '']);
  return err.trimEnd();
}

describe('a word too many', () => {
  const taking = Object.entries({
    'show latest': 'show [RUN]',
    'resume latest': 'resume [RUN]',
    'output latest one': 'output [RUN] [STEP]',
    'replay latest one': 'replay RUN STEP',
    'diff latest latest': 'diff RUN RUN',
    'graph a.lua': 'graph FILE',
    runs: 'runs',
    doctor: 'doctor',
    schema: 'schema',
  });

  it.each(taking)('is no part of hwfe %s', async (line, usage) => {
    expect(await complaint(home, `${line} extra`)).toBe(
      `error: Leave out "extra"; the command is: hwfe ${usage}\nSee: hwfe help ${usage.split(' ')[0]}`,
    );
  });

  it('is none where a command takes several', async () => {
    home.write('b.lua', 'workflow = { steps = { one = { code = "return 1" } } }');
    expect((await home.hwfe('validate', 'b.lua', 'b.lua', 'b.lua')).out.split('\n')).toHaveLength(4);
  });
});

describe('without a history', () => {
  const asking = ['show', 'resume', 'approve', 'why one', 'replay latest one', 'diff latest latest', 'stats', 'export'];

  it.each(asking)('hwfe %s says how to begin', async (line) => {
    expect(await complaint(empty, line)).toMatch(
      /^error: No run is remembered yet in ".*"; run a workflow: hwfe FILE$/,
    );
  });

  it('hwfe import makes none for a file that is not there', async () => {
    expect(await complaint(empty, 'import nope')).toBe(
      'error: "nope" cannot be read: there is no such file or directory',
    );
    expect(readdirSync(empty.path)).toEqual([]);
  });
});

it.each([
  ['show nope', 'There is no run "nope"; see: hwfe runs'],
  ['logs latest nope', 'The run has no step "nope"; it has "one", "two"'],
  ['logs latest tow', 'The run has no step "tow"; did you mean "two"?'],
  ['replay latest one -i x=1', '"x=1" names no input of the step, which has none'],
  ['runs --limit -1', 'The flag "--limit" needs a value: --limit N; one that begins with "-" is written --limit=-1'],
  ['run a.lua --refresh oen', 'and the workflow has none called "oen"; did you mean "one"?'],
  ['run a.lua --mode nope', 'The flag "--mode" is "nope"; write "sequential", "parallel" or "work-stealing"'],
  ['run a.lua --set limits.output=x', 'Setting "limits.output" is "x"; write a size'],
  ['config --set x=1', 'There is no setting "x"; see: hwfe config'],
  ['export latest -o no/such/x', /there is no directory ".*no\/such"$/],
  ['help shwo', 'There is no command "shwo"; did you mean "show"?\nSee: hwfe --help'],
])('hwfe %s', async (line, expected) => {
  const err = await complaint(home, line);
  if (typeof expected === 'string') expect(err).toContain(expected);
  else expect(err).toMatch(expected);
});

it('no command repeats what the system says in its own words', async () => {
  for (const name of Object.keys(COMMANDS)) {
    const { err } = await empty.hwfe(name, 'no/such');
    expect([name, err]).toEqual([name, expect.not.stringMatching(/E[A-Z]{4,}|Error:/)]);
  }
});

it('a loop that never ends well is advised about its loop', async () => {
  home.write(
    'l.lua',
    'workflow = { steps = { x = { code = "return 1", loop = { ["until"] = "output == 2", max = 2 } } } }',
  );
  const { out } = await home.hwfe('l.lua');
  expect(out).toContain('x (lua) turn 1 of 2 is done; the next follows');
  expect((await home.hwfe('audit')).out).toContain('turn 1 is done; the next follows\n');
  expect(out).toContain('Raise `max` of its loop, or mend what `until` waits for.');
});

describe('a step inside items of another', () => {
  const nested = directory({
    'n.lua': `workflow = { steps = {
    each = { foreach = "2", parallel = { sq = { inputs = { x = "{{ item }}" }, code = "print('item ' .. inputs.x) return inputs.x * inputs.x" } } },
    after = { depends_on = "each", code = "return 'last'" } } }`,
  });
  beforeAll(() => nested.hwfe('n.lua', '-q'));
  afterAll(() => nested.remove());

  it('is found by its name and shown below the step that it is in', async () => {
    expect((await nested.hwfe('output', 'latest', 'each[1]/sq')).out).toBe('1\n');
    expect((await nested.hwfe('logs', 'latest', 'each[1]/sq')).out).toBe('item 1\n');
    const names = (await nested.hwfe('show')).out.match(/(?<=^✓ )\S+/gm);
    expect(names).toEqual(['each', 'each[0]/sq', 'each[1]/sq', 'after']);
  });

  it('is no last step of the run', async () => {
    expect((await nested.hwfe('output')).out).toBe('after: last\n');
  });

  it('has to be named with its item', async () => {
    expect(await complaint(nested, 'output latest each/sq')).toContain('name one of them: "each[0]/sq"');
    expect(await complaint(nested, 'output latest each[7]/sq')).toContain('has no output');
    expect(await complaint(nested, 'logs latest each[7]/sp')).toContain('The run has no step "each[7]/sp"');
  });
});

it('a run whose last steps gave nothing says so', async () => {
  expect(await complaint(home, 'output')).toMatch(
    /No last step of run "\S+" has an output; its status is "failed"; see: hwfe show/,
  );
});
