// `foreach` and `matrix` are the same in every notation, and their items are known when the file is read.
import { expect, test } from 'vitest';
import { defineWorkflow } from '../../src/define.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { diagnosticsOf, readLua, readToml, workflowOf } from './files.ts';

const LUA = `workflow = { steps = {
  a = { foreach = { "x", "{{ run.id }}" }, max_concurrent = 2, on_failed_item = "ignore", cmd = "echo {{ item }}" },
  b = { foreach = "steps.a.output", code = "return 1" },
  c = { foreach = 3, code = "return 1", inputs = { i = "{{ item + index }}" } },
  d = { foreach = { from = "size(steps.b.output)", to = 9, by = -1 }, code = "return 1" },
  e = { foreach = { glob = { "a/*.csv", "b/{{ workflow.name }}" } }, code = "return 1" },
  f = { foreach = { k = 1, l = { 2 } }, code = "return 1" },
  g = { foreach = {}, code = "return 1" },
  m = { matrix = { os = { "l", "m" }, n = "steps.b.output", exclude = { { os = "m" } }, include = { { os = "l", x = true } } },
        code = "return 1", env = { OS = "{{ matrix.os }}-\${item.n}", X = "{{ matrix.x }}" } },
  w = { matrix = "steps.b.output[0]", code = "return 1", inputs = { any = "{{ matrix.whatever }}" } },
} }`;
const TOML = `
[steps.a]
foreach = ["x", "{{ run.id }}"]
max_concurrent = 2
on_failed_item = "ignore"
cmd = "echo {{ item }}"
[steps.b]
foreach = "{{ steps.a.output }}"
code = "return 1"
[steps.c]
foreach = 3
code = "return 1"
inputs = { i = "{{ item + index }}" }
[steps.d]
foreach = { from = "size(steps.b.output)", to = 9, by = -1 }
code = "return 1"
[steps.e]
foreach = { glob = ["a/*.csv", "b/{{ workflow.name }}"] }
code = "return 1"
[steps.f]
foreach = { k = 1, l = [2] }
code = "return 1"
[steps.g]
foreach = []
code = "return 1"
[steps.m]
code = "return 1"
env = { OS = "{{ matrix.os }}-\${item.n}", X = "{{ matrix.x }}" }
[steps.m.matrix]
os = ["l", "m"]
n = "steps.b.output"
exclude = [{ os = "m" }]
include = [{ os = "l", x = true }]
[steps.w]
matrix = "steps.b.output[0]"
code = "return 1"
inputs = { any = "{{ matrix.whatever }}" }
`;

function bare({ steps }: Workflow): unknown {
  return JSON.parse(
    JSON.stringify(steps, (key, value: unknown) => (['span', 'line', 'origin'].includes(key) ? undefined : value)),
  );
}

test('means the same in Lua, in TOML and in TypeScript', async () => {
  const code = 'return 1';
  const built = defineWorkflow({
    steps: {
      a: { foreach: ['x', '{{ run.id }}'], max_concurrent: 2, on_failed_item: 'ignore', cmd: 'echo {{ item }}' },
      b: { foreach: '${steps.a.output}', code },
      c: { foreach: 3, code, inputs: { i: '{{ item + index }}' } },
      d: { foreach: { from: 'size(steps.b.output)', to: 9, by: -1 }, code },
      e: { foreach: { glob: ['a/*.csv', 'b/{{ workflow.name }}'] }, code },
      f: { foreach: { k: 1, l: [2] }, code },
      g: { foreach: [], code },
      m: {
        code,
        env: { OS: '{{ matrix.os }}-${item.n}', X: '{{ matrix.x }}' },
        matrix: {
          os: ['l', 'm'],
          n: 'steps.b.output',
          exclude: [{ os: 'm' }],
          include: [{ os: 'l', x: true }],
        },
      },
      w: { matrix: 'steps.b.output[0]', code, inputs: { any: '{{ matrix.whatever }}' } },
    },
  });
  const [lua, toml] = await Promise.all([readLua(LUA), readToml(TOML)]);
  expect(bare(workflowOf(lua))).toEqual(bare(workflowOf(toml)));
  const object = workflowFromObject(built, { cwd: '/nowhere', modulesDir: '' });
  expect(bare(workflowOf(object))).toEqual(bare(workflowOf(toml)));
  const m = workflowOf(toml).steps.find(({ name }) => name === 'm')!;
  expect(m.dependsOn.map(({ name }) => name)).toEqual(['b']);
  expect(Object.keys(m.inputs!)).toEqual(['item', 'index', 'matrix']);
});

test.each([
  ['foreach = 1\nmatrix = { a = [1] }\ncmd = "x"', 'conflicting-fields', 'matrix'],
  ['foreach = true\ncmd = "x"', 'wrong-type', 'true'],
  ['foreach = -1\ncmd = "x"', 'wrong-type', '-1'],
  ['foreach = 1.5\ncmd = "x"', 'wrong-type', '1.5'],
  ['foreach = { from = 1 }\ncmd = "x"', 'bad-foreach', '{ from = 1 }'],
  ['foreach = { from = 1, to = true }\ncmd = "x"', 'wrong-type', 'true'],
  ['foreach = { from = 1, to = 9, by = 0 }\ncmd = "x"', 'wrong-type', '0'],
  ['foreach = { from = 1, to = 9, step = 2 }\ncmd = "x"', 'unknown-field', 'step'],
  ['foreach = { glob = [1] }\ncmd = "x"', 'wrong-type', '1'],
  ['foreach = { glob = "*", in = "x" }\ncmd = "x"', 'unknown-field', 'in'],
  ['foreach = "steps.b.output"\ncmd = "x"', 'unknown-name', 'b'],
  ['foreach = "item"\ncmd = "x"', 'unknown-name', 'item'],
  ['matrix = 3\ncmd = "x"', 'wrong-type', '3'],
  ['matrix = { a = 3 }\ncmd = "x"', 'wrong-type', '3'],
  ['matrix = { "a-b" = [1] }\ncmd = "x"', 'bad-name', '"a-b"'],
  ['matrix = { a = [1], include = [1] }\ncmd = "x"', 'wrong-type', '1'],
  ['matrix = { os = [1] }\ncmd = "echo {{ matrix.oss }}"', 'unknown-name', 'oss'],
  ['foreach = 3\ncmd = "echo {{ matrix.os }}"', 'unknown-name', 'matrix'],
  ['foreach = ["a"]\ncmd = "x"\ninputs = { a = "{{ item + 1 }}" }', 'bad-expression', 'item + 1'],
  ['foreach = 3\ncmd = "x"\ninputs = { a = "{{ item.name }}" }', 'bad-expression', 'name'],
  ['foreach = 3\nif = "item == 1"\ncmd = "x"', 'unknown-name', 'item'],
  ['cmd = "x"\ninputs = { a = "{{ item }}" }', 'unknown-name', 'item'],
  ['cmd = "x"\non_failed_item = "stop"', 'bad-foreach', 'on_failed_item'],
  ['foreach = 3\ncmd = "x"\non_failed_item = "go"', 'unknown-choice', '"go"'],
  ['foreach = 3\ncmd = "x"\nmax_concurrent = 0', 'bad-number', '0'],
] as const)('%s is told as %s', async (fields, code, at) => {
  const text = `[steps.a]\n${fields}\n`;
  const [first, ...others] = diagnosticsOf(await readToml(text));
  expect([first?.code, others.map(({ message }) => message)]).toEqual([code, []]);
  expect(text.slice(first!.span!.start, first!.span!.end)).toBe(at);
});

test('a step that needs one called as an item is told so', async () => {
  const parsed = await readToml('[steps.item]\ncmd = "x"\n[steps.a]\nforeach = 3\ncmd = "x"\ndepends_on = "item"\n');
  const { planWorkflow } = await import('../../src/plan/index.ts');
  const plan = planWorkflow(workflowOf(parsed));
  expect(plan.ok ? [] : plan.error.map(({ code }) => code)).toEqual(['colliding-inputs']);
});

test('what makes no template elsewhere makes none where there are no items', async () => {
  const { env } = workflowOf(await readToml('[steps.a]\ncmd = "x"\nenv = { A = "{{ item }} ${item}" }\n')).steps[0]!;
  expect(env).toEqual({ A: '{{ item }} ${item}' });
});
