/** Expressions are checked when the file is read: names, types, and what they make a step depend on. */
import { describe, expect, test } from 'vitest';
import { diagnosticsOf, pointed, readLua, readToml, stepOf } from '../parse/files.ts';

/** A step `b` with this condition behind inputs and steps of several names. */
function withCondition(condition: string): ReturnType<typeof readLua> {
  return readLua(`workflow = {
  inputs = { day = {}, count = { type = "integer" }, ratio = { default = 0.5 }, on = { type = "boolean" }, tags = { type = "array" } },
  env = { REGION = "eu" },
  steps = {
    fetch = { cmd = "true", register = "rows" },
    ["my-step"] = { cmd = "true" },
    b = { cmd = "true", env = { LEVEL = 3 }, pass_env = { "AWS_*" }, ["if"] = [==[${condition}]==] },
  },
}`);
}

describe('an expression is taken', () => {
  test.each([
    'inputs.count > 3',
    'inputs.ratio * inputs.count < 2.0',
    'inputs.on && "x" in inputs.tags',
    'steps.fetch.status == "succeeded"',
    'steps.fetch.output.rows[0].name.startsWith("a")',
    'steps["my-step"].attempts > 1',
    'steps.fetch.error == null || steps.fetch.error.reason == "exited"',
    'default(vars.rows, "") != ""',
    'env.LEVEL == "3" && env.REGION == "eu" && env.AWS_KEY != ""',
    'run.id != "" && workflow.name.size() > 1',
    'steps.fetch.output.exists(row, row.ok)',
    '{{ inputs.on }}',
    'json(steps.fetch.output).matches("a+")',
  ])('%s', async (condition) => {
    expect(diagnosticsOf(await withCondition(condition))).toEqual([]);
  });
});

describe('an expression is refused, at its place', () => {
  test.each([
    ['inputs.dya == ""', 'names input "dya", which the workflow does not declare; did you mean "day"?', 'dya'],
    ['input.day == ""', 'names "input", which expressions do not know; did you mean "inputs"?', 'input'],
    ['steps.fetsh.output', 'names step "fetsh", which does not exist; did you mean "fetch"?', 'fetsh'],
    ['steps.fetch.outptu.a', 'names "outptu", which is not there; did you mean "output"?', 'outptu'],
    ['steps.my-step.attempts > 1', 'write steps["my-step"] for a name like that', 'my'],
    ['steps.size() > 1', 'Name one step in "if" of step "b": steps.NAME, or steps["NAME"]', 'steps'],
    ['vars.row', 'names variable "row", which no step keeps with "register"; did you mean "rows"?', 'row'],
    [
      'env.LEVLE == ""',
      'names environment entry "LEVLE", which is not in "env" or "pass_env"; did you mean "LEVEL"?',
      'LEVLE',
    ],
    ['inputs.count == "3"', 'nothing is defined for "int == string"', 'inputs.count == "3"'],
    ['inputs.day', 'gives a string', 'inputs.day'],
    ['inputs.count >', 'something is missing at the end', '>'],
    ['output.a', 'names "output", which expressions do not know', 'output'],
    ['item == 1', 'names "item", which expressions do not know', 'item'],
    ['now() > 1', 'nothing is defined for "now()"', 'now()'],
  ])('%s', async (condition, message, place) => {
    const [diagnostic, ...more] = diagnosticsOf(await withCondition(condition));
    expect(more).toEqual([]);
    expect(diagnostic!.message).toContain(message);
    expect(pointed(diagnostic!)).toBe(place);
  });
});

test('all mistakes are told at once, of the graph too', async () => {
  const found = diagnosticsOf(
    await readToml(`
[steps.a]
cmd = "echo {{ steps.x.output }} {{ vars.y }}"
depends_on = "z"
inputs = { n = "{{ inputs.n }}" }
if = "1 +"
`),
  );
  expect(found.map(({ code }) => code).sort()).toEqual([
    'bad-expression',
    'unknown-dependency',
    'unknown-name',
    'unknown-name',
    'unknown-name',
  ]);
});

test('what a step names it depends on, once, whatever names it', async () => {
  const parsed = await readToml(`
[steps.a]
cmd = "true"
register = "v"
[steps.b]
cmd = "true"
[steps.c]
cmd = "true"
[steps.d]
depends_on = "b"
cmd = "echo {{ steps.b.output.stdout }} {{ vars.v }}"
inputs = { list = ["\${steps.c.output}", { deep = "{{ steps.a.attempts }}" }] }
env = { N = "{{ steps.c.status }}" }
`);
  expect(stepOf(parsed, 'd').dependsOn.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
});

test('a circle that expressions make is a circle', async () => {
  const [diagnostic] = diagnosticsOf(
    await readToml('[steps.a]\ncmd = "echo {{ steps.b.status }}"\n[steps.b]\ncmd = "echo {{ steps.a.status }}"\n'),
  );
  expect(diagnostic!.message).toContain('a -> b -> a');
  expect(pointed(diagnostic!)).toBe('b');
});

test('the environment of the workflow can name no step', async () => {
  const found = diagnosticsOf(await readToml('env = { N = "{{ steps.a.status }}" }\n[steps.a]\ncmd = "true"\n'));
  expect(found.map(({ message }) => message)).toContain(
    '"N" in "env" of the workflow is computed before any step, so it can name none',
  );
});

test('an input of its own may not have the name of a dependency', async () => {
  const found = diagnosticsOf(
    await readToml('[steps.a]\ncmd = "true"\n[steps.b]\ncmd = "true"\ninputs = { a = "{{ steps.a.output }}" }\n'),
  );
  expect(found.map(({ code }) => code)).toEqual(['colliding-inputs']);
});
