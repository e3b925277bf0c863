/** Inputs, expressions and control flow are the same in Lua, in TOML and in TypeScript, and what could mean nothing is a mistake. */
import { expect, test } from 'vitest';
import { defineWorkflow } from '../../src/define.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { diagnosticsOf, readLua, readToml, workflowOf } from './files.ts';

const LUA = `workflow = {
  inputs = { n = { type = "integer", default = 3, min = 1 }, tags = { type = "array", default = { "a" } } },
  outputs = { n = "{{ inputs.n }}", text = { value = "n is \${inputs.n}", format = "plain" } },
  on_failure = "tell", finally = { "clean" },
  env = { DAY = "{{ inputs.n }}" },
  steps = {
    a = { cmd = "echo {{ inputs.n }}", register = "line", switch = "output.stdout", case = { ["3"] = "b", other = { "c" } }, default = "c" },
    b = { code = "return 1", ["if"] = "vars.line != ''", inputs = { deep = { list = { 1, "{{ vars.line }}" } } } },
    c = { code = "return 1", retries = 2, retry_if = "attempt < 2", deadline = "1m", ignore_failure = true, fallback = "d" },
    d = { code = "return 1", loop = { ["until"] = "output == 1", max = 4, delay = "1s" } },
    e = { code = "return 1", depends_on = { "b", "c" }, at_least = 1, on_failure = "g" },
    f = { code = "return 1", depends_on = { "b", "c" }, run_if = "none_failed" },
    g = { code = "return 1" },
    tell = { code = "return 1" },
    clean = { code = "return 1" },
  },
}`;
const TOML = `
on_failure = "tell"
finally = ["clean"]
env = { DAY = "{{ inputs.n }}" }
[inputs]
n = { type = "integer", default = 3, min = 1 }
tags = { type = "array", default = ["a"] }
[outputs]
n = "{{ inputs.n }}"
text = { value = "n is \${inputs.n}", format = "plain" }
[steps.a]
cmd = "echo {{ inputs.n }}"
register = "line"
switch = "output.stdout"
case = { 3 = "b", other = ["c"] }
default = "c"
[steps.b]
code = "return 1"
if = "vars.line != ''"
inputs = { deep = { list = [1, "{{ vars.line }}"] } }
[steps.c]
code = "return 1"
retries = 2
retry_if = "attempt < 2"
deadline = "1m"
ignore_failure = true
fallback = "d"
[steps.d]
code = "return 1"
loop = { until = "output == 1", max = 4, delay = "1s" }
[steps.e]
code = "return 1"
depends_on = ["b", "c"]
at_least = 1
on_failure = "g"
[steps.f]
code = "return 1"
depends_on = ["b", "c"]
run_if = "none_failed"
[steps.g]
code = "return 1"
[steps.tell]
code = "return 1"
[steps.clean]
code = "return 1"
`;
const code = 'return 1';
const BUILT = defineWorkflow({
  inputs: { n: { type: 'integer', default: 3, min: 1 }, tags: { type: 'array', default: ['a'] } },
  outputs: { n: '{{ inputs.n }}', text: { value: 'n is ${inputs.n}', format: 'plain' } },
  on_failure: 'tell',
  finally: ['clean'],
  env: { DAY: '{{ inputs.n }}' },
  steps: {
    a: {
      cmd: 'echo {{ inputs.n }}',
      register: 'line',
      switch: 'output.stdout',
      case: { '3': 'b', other: ['c'] },
      default: 'c',
    },
    b: { code, if: "vars.line != ''", inputs: { deep: { list: [1, '{{ vars.line }}'] } } },
    c: { code, retries: 2, retry_if: 'attempt < 2', deadline: '1m', ignore_failure: true, fallback: 'd' },
    d: { code, loop: { until: 'output == 1', max: 4, delay: '1s' } },
    e: { code, depends_on: ['b', 'c'], at_least: 1, on_failure: 'g' },
    f: { code, depends_on: ['b', 'c'], run_if: 'none_failed' },
    g: { code },
    tell: { code },
    clean: { code },
  },
});

/** Without places. */
function meaningOf(workflow: Workflow): unknown {
  const apart = ['name', 'file'];
  const fields = Object.fromEntries(Object.entries(workflow).filter(([key]) => !apart.includes(key)));
  return JSON.parse(
    JSON.stringify(fields, (key, value: unknown) => (['span', 'line', 'origin'].includes(key) ? undefined : value)),
  );
}

test('the three notations say the same', async () => {
  const lua = meaningOf(workflowOf(await readLua(LUA)));
  expect(meaningOf(workflowOf(await readToml(TOML)))).toEqual(lua);
  expect(meaningOf(workflowOf(workflowFromObject(BUILT, { cwd: '/nowhere', modulesDir: '' })))).toEqual(lua);
  const { steps } = workflowOf(await readLua(LUA));
  const needs = Object.fromEntries(
    steps.map(({ name, dependsOn }) => [name, dependsOn.map((one) => one.name).join(' ')]),
  );
  expect(needs).toEqual({
    a: '',
    b: 'a',
    c: 'a',
    d: 'c',
    e: 'b c',
    f: 'b c',
    g: 'e',
    tell: 'd f g',
    clean: 'd f g tell',
  });
});

test.each([
  [
    'run_if = "all_done"\nat_least = 2\ndepends_on = ["a", "b"]',
    'Leave out "run_if" or "at_least" of step "x": each says alone when it starts',
  ],
  [
    'at_least = 3\ndepends_on = ["a", "b"]',
    'Step "x" could never start: its "at_least" is 3, and it depends on 2 steps',
  ],
  ['case = { a = "b" }', 'Give step "x" a "switch" with an expression; without one "case" chooses nothing'],
  ['switch = "output"', 'Give step "x" a "case" with the steps that its "switch" chooses'],
  ['switch = "output"\ncase = { y = "bb" }', 'The "switch" of step "x" chooses step "bb", which does not exist'],
  ['retry_if = "true"', 'Give step "x" "retries" as well: "retry_if" only rules some of them out'],
  ['loop = { max = 3 }', 'Give the loop of step "x" an "until": loop = { until = "output.done" }'],
  ['fallback = "aa"', '"fallback" of step "x" names step "aa", which does not exist'],
  [
    'fallback = "b"',
    'Let the fallback "b" of step "x" be a step of its own: it may depend on "x" only, has no "run_if", and is the fallback of one step',
  ],
  ['compensate = "aa"', '"compensate" of step "x" names step "aa", which does not exist'],
  ['compensate = "x"', 'Give step "x" a "compensate" of its own: "x" is the step itself'],
  ['on_failure = "aa"', '"on_failure" of step "x" names step "aa", which does not exist'],
])('%j is a mistake', async (fields, message) => {
  const found = diagnosticsOf(
    await readToml(`[steps.a]\ncode = ""\n[steps.b]\ncode = ""\ndepends_on = "a"\n[steps.x]\ncode = ""\n${fields}\n`),
  );
  expect(found.map((one) => one.message)).toContainEqual(expect.stringContaining(message));
});
