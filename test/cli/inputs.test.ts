// Inputs of a workflow from the outside: where values come from, what is missing or wrong, what is kept.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { directory } from './rig.ts';

const FLOW = `workflow = {
  inputs = {
    name = {},
    count = { type = "integer", min = 1 },
    ratio = { type = "number", default = 0.5 },
    on = { type = "boolean", default = false },
    tags = { type = "array", default = {} },
    extra = { type = "object", default = { a = 1 } },
  },
  steps = { show = { code = "return inputs.all", inputs = { all = "{{ inputs }}" } } },
}`;
const SECRET = `workflow = {
  inputs = { token = { secret = true }, mark = { default = "m" } },
  steps = {
    use = { cmd = "echo token {{ inputs.token }} $(echo {{ inputs.token }} | base64); test -e ok; echo {{ inputs.mark }}" },
    after = { depends_on = "use", code = "return inputs.t", inputs = { t = "{{ inputs.token }}" } },
  },
}`;
const home = directory({
  'flow.lua': FLOW,
  'secret.lua': SECRET,
  'file.lua':
    'workflow = { inputs = { data = { type = "file" } }, steps = { a = { code = "return inputs.p", inputs = { p = "{{ inputs.data }}" } } } }',
  'in.json': '{"name":"json","count":2,"tags":["a"],"extra":{"deep":[1.5]}}',
  'in.toml': 'name = "toml"\ncount = 3\ntags = ["b"]\n',
});
afterAll(() => home.remove());

const shown = (out: string): unknown => (JSON.parse(out) as { show: unknown }).show;

describe('values come', () => {
  it.each([
    [
      'from flags',
      `hwfe flow.lua -q --output json --input name=a=b --input count=7 --input 'tags=["x", 1]' -i on=yes -i ratio=2`,
      { name: 'a=b', count: 7, ratio: 2, on: true, tags: ['x', 1], extra: { a: 1 } },
    ],
    [
      'from a JSON file',
      'hwfe flow.lua -q --output json --input-file in.json',
      { name: 'json', count: 2, ratio: 0.5, on: false, tags: ['a'], extra: { deep: [1.5] } },
    ],
    [
      'from a TOML file',
      'hwfe flow.lua -q --output json --input-file in.toml',
      { name: 'toml', count: 3, ratio: 0.5, on: false, tags: ['b'], extra: { a: 1 } },
    ],
    [
      'from standard input',
      'hwfe flow.lua -q --output json --input-file - < in.json',
      { name: 'json', count: 2, ratio: 0.5, on: false, tags: ['a'], extra: { deep: [1.5] } },
    ],
    [
      'from the environment',
      'HWFE_INPUT_NAME=e HWFE_INPUT_COUNT=4 hwfe flow.lua -q --output json',
      { name: 'e', count: 4, ratio: 0.5, on: false, tags: [], extra: { a: 1 } },
    ],
    [
      'from flags before a file before the environment',
      'HWFE_INPUT_NAME=e HWFE_INPUT_RATIO=9 hwfe flow.lua -q --output json --input-file in.json -i count=1',
      { name: 'json', count: 1, ratio: 9, on: false, tags: ['a'], extra: { deep: [1.5] } },
    ],
  ])('%s', async (_, line, expected) => {
    const { status, out, err } = await home.bash(line);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(shown(out)).toEqual(expected);
  });
});

describe('what is wrong is told at once', () => {
  it('with exit status 3 for all that is missing', async () => {
    const { status, err } = await home.hwfe('flow.lua');
    expect(status).toBe(3);
    expect(err).toContain('Give input "name" a value');
    expect(err).toContain('Give input "count" a value of type integer');
  });

  it('with exit status 2 for values that do not fit, and names that do not exist', async () => {
    const { status, err } = await home.bash(
      'HWFE_INPUT_RATIO=much hwfe flow.lua -i count=x -i nmae=1 -i on=maybe -i tags=5 --input-file none.json',
    );
    expect(status).toBe(2);
    for (const line of [
      'error: Input "ratio" takes a number; the variable HWFE_INPUT_RATIO gives "much"',
      'error: Input "count" takes a whole number; the flag "--input count" gives "x"',
      'error: The workflow declares no input "nmae"; did you mean "name"?',
      'error: Input "on" takes true or false; the flag "--input on" gives "maybe"',
      'error: Input "tags" takes a list; the flag "--input tags" gives "5"',
      'error: The inputs in "none.json" cannot be read: there is no such file or directory',
    ])
      expect(err).toContain(line);
  });

  it('before any step runs, also for a file that is not there', async () => {
    const { status, out, err } = await home.hwfe('file.lua', '-i', 'data=none.csv');
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('Input "data" names a file that does not exist. It was given "none.csv".');
    const good = await home.hwfe('file.lua', '-i', 'data=in.json', '-q', '--output', 'json');
    expect(JSON.parse(good.out)).toEqual({ a: join(home.path, 'in.json') });
  });
});

describe('a secret input', () => {
  const VALUE = 'hunter2-s3cr3t';

  it('is shown and kept nowhere, and a resumed run wants it again while the others stay', async () => {
    const first = await home.bash(`HWFE_INPUT_TOKEN=${VALUE} hwfe secret.lua -i mark=given --print-output --verbose`);
    expect(first.status).toBe(1);
    expect(first.out).toContain('token ***');
    await home.bash('touch ok');
    const without = await home.hwfe('resume', 'latest');
    expect(without.status).toBe(3);
    expect(without.err).toContain('Give input "token" a value');
    const changed = await home.hwfe('resume', 'latest', '-i', `mark=other`);
    expect(changed.err).toContain('Input "mark" stays as it was given');
    const again = await home.hwfe('resume', 'latest', '--input', `token=${VALUE}`, '--print-output');
    expect(again.status).toBe(0);
    expect(again.out).toContain('given');
    const shownRun = await home.hwfe('show', 'latest');
    expect(shownRun.out).toContain('inputs: token = "***", mark = "given"');
    const audit = await home.hwfe('audit', 'latest', '--json');
    for (const text of [first.out, first.err, again.out, again.err, shownRun.out, audit.out]) {
      expect(text).not.toContain(VALUE);
      expect(text).not.toContain(Buffer.from(`${VALUE}\n`).toString('base64'));
    }
    const kept = readdirSync(join(home.path, '.hwfe'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    for (const file of kept) expect(readFileSync(join(file.parentPath, file.name)).includes(VALUE)).toBe(false);
  });
});

it('the help of a file lists its inputs', async () => {
  const { out, status } = await home.hwfe('run', 'flow.lua', '--help');
  expect(status).toBe(0);
  expect(out).toContain('Inputs of "flow" (--input NAME=VALUE):');
  expect(out).toMatch(/count=INTEGER +1 up; required\./);
});
