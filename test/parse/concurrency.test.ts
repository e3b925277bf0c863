/** Pools, rates, priorities, costs and locks are the same in Lua, in TOML and in TypeScript, and what cannot be is a mistake. */
import { expect, test } from 'vitest';
import { defineWorkflow } from '../../src/define.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { diagnosticsOf, pointed, readLua, readToml, workflowOf } from './files.ts';

const LUA = `workflow = {
  max_parallel_steps = "auto",
  lock = "nightly",
  pools = { api = 2, mail = { rate = "100/m" }, gpu = { size = 4, rate = { limit = "1/500ms", burst = 3 } } },
  steps = {
    a = { code = "return 1", pool = "api", priority = 5 },
    b = { code = "return 1", pool = "gpu", cost = 3, rate = "2/s" },
    c = { wait = "1s", pool = "mail", lock = { name = "door", timeout = "1m" } },
  },
}`;
const TOML = `
max_parallel_steps = "auto"
lock = "nightly"
[pools]
api = 2
mail = { rate = "100/m" }
gpu = { size = 4, rate = { limit = "1/500ms", burst = 3 } }
[steps]
a = { code = "return 1", pool = "api", priority = 5 }
b = { code = "return 1", pool = "gpu", cost = 3, rate = "2/s" }
c = { wait = "1s", pool = "mail", lock = { name = "door", timeout = "1m" } }
`;
const OBJECT = defineWorkflow({
  max_parallel_steps: 'auto',
  lock: 'nightly',
  pools: { api: 2, mail: { rate: '100/m' }, gpu: { size: 4, rate: { limit: '1/500ms', burst: 3 } } },
  steps: {
    a: { code: 'return 1', pool: 'api', priority: 5 },
    b: { code: 'return 1', pool: 'gpu', cost: 3, rate: '2/s' },
    c: { wait: '1s', pool: 'mail', lock: { name: 'door', timeout: '1m' } },
  },
});

function essence({ maxParallelSteps, pools, lock, steps }: Workflow): unknown {
  return {
    maxParallelSteps,
    pools,
    lock,
    steps: steps.map((step) => [step.name, step.pool, step.rate, step.priority, step.cost, step.lock]),
  };
}

test('every notation says the same', async () => {
  const lua = essence(workflowOf(await readLua(LUA)));
  expect(lua).toEqual({
    maxParallelSteps: 'auto',
    pools: [
      { name: 'api', size: 2 },
      { name: 'mail', size: Number.MAX_SAFE_INTEGER, rate: { text: '100/m', intervalMs: 600, burst: 1 } },
      { name: 'gpu', size: 4, rate: { text: '1/500ms', intervalMs: 500, burst: 3 } },
    ],
    lock: { name: 'nightly' },
    steps: [
      ['a', 'api', undefined, 5, undefined, undefined],
      ['b', 'gpu', { text: '2/s', intervalMs: 500, burst: 1 }, undefined, 3, undefined],
      ['c', 'mail', undefined, undefined, undefined, { name: 'door', timeoutMs: 60_000 }],
    ],
  });
  expect(essence(workflowOf(await readToml(TOML)))).toEqual(lua);
  expect(essence(workflowOf(workflowFromObject(OBJECT, { cwd: '/nowhere', modulesDir: '' })))).toEqual(lua);
});

test.each<[string, string, string, string]>([
  [
    'pools = { api = 2 }\n[steps.a]\ncmd = "x"\npool = "apy"',
    'unknown-pool',
    '"apy"',
    'Step "a" is in the pool "apy", which is not there; did you mean "api"?',
  ],
  [
    'pools = { api = 2, disk = 1 }\n[steps.a]\ncmd = "x"\npool = "network"',
    'unknown-pool',
    '"network"',
    'Step "a" is in the pool "network", which is not there; there are "api", "disk"',
  ],
  [
    '[steps.a]\ncmd = "x"\npool = "api"',
    'unknown-pool',
    '"api"',
    'Step "a" is in the pool "api", which is not there; the workflow has none: pools = { api = 2 }',
  ],
  [
    'pools = { api = 2 }\n[steps.a]\ncmd = "x"\npool = "api"\ncost = 3',
    'bad-cost',
    'cost',
    'Lower the cost of step "a", or raise the other: it is 3, and more than the 2 that the pool "api" has',
  ],
  [
    'mode = "parallel"\nmax_parallel_steps = 4\n[steps.a]\ncmd = "x"\ncost = 5',
    'bad-cost',
    'cost',
    'Lower the cost of step "a", or raise the other: it is 5, and more than the 4 that the workflow runs at once',
  ],
  [
    '[steps.a]\ncmd = "x"\nrate = "0/s"',
    'bad-rate',
    '"0/s"',
    '"rate" of step "a" is the text "0/s"; it takes a rate such as "10/s", "100/m" or "1/500ms"',
  ],
  [
    '[steps.a]\ncmd = "x"\nrate = { burst = 2 }',
    'bad-rate',
    '{ burst = 2 }',
    'Give "rate" of step "a" a "limit": { limit = "10/s", burst = 5 }',
  ],
  [
    'pools = { api = {} }\n[steps.a]\ncmd = "x"',
    'wrong-type',
    '{}',
    'Give "api" in "pools" a "size", a "rate" or both; it bounds nothing',
  ],
  [
    'pools = { api = 0 }\n[steps.a]\ncmd = "x"',
    'bad-number',
    '0',
    '"api" in "pools" is the number 0; it takes a whole number from 1 to 1000000',
  ],
  [
    'pools = { "a b" = 1 }\n[steps.a]\ncmd = "x"',
    'bad-name',
    '"a b"',
    'Rename the pool "a b": a name is up to 64 letters, digits, "_", "-" and ".", beginning with a letter, a digit or "_"',
  ],
  [
    'max_parallel_steps = "many"\n[steps.a]\ncmd = "x"',
    'wrong-type',
    '"many"',
    '"max_parallel_steps" is the text "many"; it takes a whole number from 0 to 9007199254740991, or "auto"',
  ],
])('%j is %s at %s', async (text, code, at, message) => {
  const [found, ...others] = diagnosticsOf(await readToml(text));
  expect(others).toEqual([]);
  expect([found!.code, pointed(found!), found!.message]).toEqual([code, at, message]);
});
