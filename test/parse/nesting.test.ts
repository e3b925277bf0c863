/** Steps inside steps are the same in Lua, in TOML and in TypeScript, and what could mean nothing is a mistake where it stands. */
import { expect, test } from 'vitest';
import { defineWorkflow } from '../../src/define.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { withNestedFiles, workflowFromObject } from '../../src/parse/index.ts';
import { diagnosticsOf, folder, pointed, readFile, readLua, workflowOf } from './files.ts';

const LUA = `workflow = {
  steps = {
    a = { code = "return 1" },
    all = {
      max_concurrent = 2, failure_mode = "continue", timeout = "5s", limits = { cpu = "2s" },
      parallel = {
        x = { code = "return 1", inputs = { n = "{{ steps.a.output }}" } },
        y = { code = "return 1", depends_on = "x", limits = { cpu = "1s" } },
        z = { parallel = { deep = { cmd = "true" } } },
      },
      callback = { code = "return 1" },
    },
    who = { race = { settle = "first_done", steps = { far = { cmd = "true" }, near = { code = "return 1" } } } },
    sub = { workflow = "inner.toml", inputs = { n = 3 } },
  },
}`;
const TOML = `
[steps.a]
code = "return 1"
[steps.all]
max_concurrent = 2
failure_mode = "continue"
timeout = "5s"
limits = { cpu = "2s" }
[steps.all.parallel.x]
code = "return 1"
inputs = { n = "{{ steps.a.output }}" }
[steps.all.parallel.y]
code = "return 1"
depends_on = "x"
limits = { cpu = "1s" }
[steps.all.parallel.z.parallel.deep]
cmd = "true"
[steps.all.callback]
code = "return 1"
[steps.who.race]
settle = "first_done"
steps.far = { cmd = "true" }
steps.near = { code = "return 1" }
[steps.sub]
workflow = "inner.toml"
inputs = { n = 3 }
`;
const INNER = `
[inputs.n]
type = "integer"
[steps.only]
code = "return 1"
`;
const code = 'return 1';
const BUILT = defineWorkflow({
  steps: {
    a: { code },
    all: {
      max_concurrent: 2,
      failure_mode: 'continue',
      timeout: '5s',
      limits: { cpu: '2s' },
      parallel: {
        x: { code, inputs: { n: '{{ steps.a.output }}' } },
        y: { code, depends_on: 'x', limits: { cpu: '1s' } },
        z: { parallel: { deep: { cmd: 'true' } } },
      },
      callback: { code },
    },
    who: { race: { settle: 'first_done', steps: { far: { cmd: 'true' }, near: { code } } } },
    sub: { workflow: 'inner.toml', inputs: { n: 3 } },
  },
});

/** Without places and files. */
function meaningOf(workflow: Workflow): unknown {
  const apart = ['span', 'line', 'origin', 'file'];
  const text = JSON.stringify(workflow.steps, (key, value: unknown) => (apart.includes(key) ? undefined : value));
  return JSON.parse(text);
}

test('the three notations say the same', async () => {
  const cwd = folder({ 'outer.lua': LUA, 'outer.toml': TOML, 'inner.toml': INNER });
  const options = { cwd, modulesDir: '' };
  const lua = workflowOf(await readFile(cwd, 'outer.lua'));
  expect(meaningOf(workflowOf(await readFile(cwd, 'outer.toml')))).toEqual(meaningOf(lua));
  const built = await withNestedFiles(workflowFromObject(BUILT, options), options);
  expect(meaningOf(workflowOf(built))).toEqual(meaningOf(lua));
  const all = lua.steps.find(({ name }) => name === 'all')!;
  expect(all.dependsOn.map(({ name }) => name)).toEqual(['a']);
  const { work } = all;
  const inside = work?.kind === 'group' ? work.inside : undefined;
  expect(inside).toMatchObject({ maxParallelSteps: 2, failureMode: 'continue' });
  expect(inside!.steps.map(({ name, limits }) => [name, limits.cpu?.value])).toEqual([
    ['x', 2000],
    ['y', 1000],
    ['z', 2000],
    ['callback', 2000],
  ]);
});

test('a mistake is told where it stands, and what steps inside need of one another is checked', async () => {
  const found = diagnosticsOf(
    await readLua(`workflow = { steps = {
      a = { parallel = { b = { code = "", depends_on = "c" }, c = { code = "", depends_on = "b" } }, register = "v", cache = true },
      d = { parallel = { e = { code = "", inputs = { x = "{{ steps.nobody.output }}" } } } },
      f = { race = { steps = {} } },
      g = { parallel = { h = { code = "", depends_on = "nowhere" } }, code = "" },
    } }`),
  );
  expect(found.map((diagnostic) => [diagnostic.code, pointed(diagnostic)])).toEqual([
    ['cycle', '"c"'],
    ['misfit-field', 'cache'],
    ['unknown-name', 'nobody'],
    ['empty-steps', 'f'],
    ['unknown-dependency', '"nowhere"'],
    ['misfit-field', 'code'],
  ]);
});
