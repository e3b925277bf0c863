// Steps that wait and memories that are shared, in all three notations.
import { expect, test } from 'vitest';
import { defineWorkflow } from '../../src/define.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { readLua, readToml, workflowOf } from './files.ts';

const LUA = `workflow = {
  memory = { size = "1MB", initial = { n = 0, list = { 1, 2 } } },
  steps = {
    a = { wait = "10m" },
    b = { wait_until = "18:30", depends_on = "a" },
    c = { wait_for = { file = "data/{{ steps.a.status }}" }, timeout = "1h" },
    d = { wait_for = { signal = "paid" } },
    e = { title = "Ship {{ run.id }}?", assignee = "alice", timeout = "1d", default = { n = 1 },
      form = { type = "object", properties = { n = { type = "integer" } }, required = { "n" } } },
    f = { language = "human", title = "Sure?", timeout = 5, default = false },
    g = { code = "return 1", memory = false, cache = true },
  },
}`;
const TOML = `
memory = { size = "1MB", initial = { n = 0, list = [1, 2] } }
[steps.a]
wait = "10m"
[steps.b]
wait_until = "18:30"
depends_on = "a"
[steps.c]
wait_for = { file = "data/{{ steps.a.status }}" }
timeout = "1h"
[steps.d]
wait_for.signal = "paid"
[steps.e]
title = "Ship {{ run.id }}?"
assignee = "alice"
timeout = "1d"
default = { n = 1 }
[steps.e.form]
type = "object"
required = ["n"]
properties.n.type = "integer"
[steps.f]
language = "human"
title = "Sure?"
timeout = 5
default = false
[steps.g]
code = "return 1"
memory = false
cache = true
`;
const BUILT = defineWorkflow({
  memory: { size: '1MB', initial: { n: 0, list: [1, 2] } },
  steps: {
    a: { wait: '10m' },
    b: { wait_until: '18:30', depends_on: 'a' },
    c: { wait_for: { file: 'data/{{ steps.a.status }}' }, timeout: '1h' },
    d: { wait_for: { signal: 'paid' } },
    e: {
      title: 'Ship {{ run.id }}?',
      assignee: 'alice',
      timeout: '1d',
      default: { n: 1 },
      form: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
    },
    f: { language: 'human', title: 'Sure?', timeout: 5, default: false },
    g: { code: 'return 1', memory: false, cache: true },
  },
});

/** Without places, maps as their entries, and keys of forms in one order. */
function meaningOf({ name: _n, file: _f, ...workflow }: Workflow): unknown {
  return JSON.parse(
    JSON.stringify(workflow, (key, value: unknown) => {
      if (['span', 'line', 'origin'].includes(key)) return undefined;
      return value instanceof Map ? [...(value as Map<unknown, unknown>)] : value;
    }),
  );
}

test('the three notations say the same', async () => {
  const lua = workflowOf(await readLua(LUA));
  expect(meaningOf(workflowOf(await readToml(TOML)))).toEqual(meaningOf(lua));
  expect(meaningOf(workflowOf(workflowFromObject(BUILT, { cwd: '/nowhere', modulesDir: '' })))).toEqual(meaningOf(lua));
  expect(lua.memory).toMatchObject({ limit: 1_048_576 });
  expect(lua.steps.map(({ language }) => language)).toEqual([
    'wait',
    'wait_until',
    'wait_for',
    'wait_for',
    'human',
    'human',
    'lua',
  ]);
  // What a template reads is waited for.
  expect(lua.steps[2]!.dependsOn.map(({ name }) => name)).toEqual(['a']);
});
