// 100 hostile steps beside 100 honest ones: the honest ones lose nothing, and none is done later than in twice its time.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { Modules } from '../runners/wasm/modules.ts';
import { carelessSteps } from './attacks/careless.ts';

const STEPS = 100;
const POOL = 4;
/** Of a machine that others use too: the best of so many counts. */
const TRIES = 4;
/** An honest step works for about so many tenths of a second. */
const WORK = 4;

const modules = new Modules();
let hostile: readonly (readonly [string, StepDefinition])[];
beforeAll(async () => {
  const texts: string[] = [];
  carelessSteps((wat) => `${texts.push(wat)}`);
  const paths = await Promise.all(texts.map((wat) => modules.assemble(wat)));
  hostile = Object.entries(carelessSteps(() => paths.shift()!));
});
afterAll(() => modules.close());

/** Each gives its own number in a way that leftovers of others would spoil. */
const HONEST: readonly ((index: number) => StepDefinition)[] = [
  (index) => ({
    language: 'javascript',
    code: `function run() { let n = 0; for (let k = 0; k < ${WORK * 3e6}; k++) n = (n * 31 + k) % 1000003
      return [${index}].map((i) => JSON.parse(JSON.stringify({ i })).i + (typeof left === 'undefined' ? 0 : 1e6) + 0 * n)[0] }`,
  }),
  (index) => ({
    language: 'lua',
    code: `function run() local n = 0 for k = 0, ${WORK * 6e6} do n = (n * 31 + k) % 1000003 end return #("x"):rep(${index}) + (left or 0) + 0 * (n // 1) end`,
  }),
  (index) => ({
    language: 'python',
    code: `import sys\ndef run():\n  n = 0\n  for k in range(${WORK * 1000000}): n = (n * 31 + k) % 1000003\n  return len([0] * ${index}) + (1000000 if "left" in sys.modules else 0) + 0 * n`,
  }),
  (index) => ({
    cmd: `n=0; for ((k = 0; k < ${WORK * 25_000}; k++)); do n=$(( (n * 31 + k) % 1000003 )); done; printf '%s' "$((${index} + 0 * n))" > "$HWFE_OUTPUT"`,
  }),
];

interface Times {
  readonly outputs: ReadonlyMap<string, string>;
  readonly failed: ReadonlySet<string>;
  /** When each step ended, from the start of the run, in milliseconds. */
  readonly at: ReadonlyMap<string, number>;
}

/** In an engine of its own, whose threads have booted. */
async function run(steps: Record<string, StepDefinition>): Promise<Times> {
  await using engine = createEngine();
  const define = async (all: Record<string, StepDefinition>) => {
    const plan = await engine.define({ name: 'depth', steps: all });
    if (!plan.ok) throw new Error(JSON.stringify(plan.error));
    return plan.value;
  };
  const settings = { mode: 'work-stealing', failureMode: 'continue', maxParallelSteps: POOL } as const;
  const first = HONEST.flatMap((make, i) => Array.from({ length: POOL }, (_, k) => [`${i}-${k}`, make(k)] as const));
  await engine.start(await define(Object.fromEntries(first)), settings).finished;
  const plan = await define(steps);
  const at = new Map<string, number>();
  const begun = performance.now();
  const listener = {
    onEvent: (event: { readonly kind: string; readonly step?: string }) => {
      if (event.kind === 'step-succeeded' || event.kind === 'step-failed')
        at.set(event.step!, performance.now() - begun);
    },
  };
  const { steps: records } = await engine.start(plan, { ...settings, listener }).finished;
  const all = [...records.values()];
  return {
    outputs: new Map(
      all.flatMap(({ name, output }) =>
        output === undefined ? [] : [[name, Buffer.from(output).toString()] as const],
      ),
    ),
    failed: new Set(all.filter(({ status }) => status === 'failed').map(({ name }) => name)),
    at,
  };
}

function steps(others: boolean): Record<string, StepDefinition> {
  const mixed: Record<string, StepDefinition> = {};
  for (let i = 0; i < STEPS; i++) {
    if (others) mixed[`hostile-${i}`] = hostile[i % hostile.length]![1];
    mixed[`honest-${i}`] = HONEST[i % HONEST.length]!(i);
  }
  return mixed;
}

test('100 honest steps among 100 hostile ones give the right outputs, none later than in twice the time without them', async () => {
  const harmless = new Set(['JavaScript: changes what all objects have']);
  let worst = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES && worst > 2; attempt++) {
    const alone = await run(steps(false));
    const among = await run(steps(true));
    for (let i = 0; i < STEPS; i++) {
      expect(alone.outputs.get(`honest-${i}`)).toBe(String(i));
      expect(among.outputs.get(`honest-${i}`)).toBe(String(i));
      const [name] = hostile[i % hostile.length]!;
      expect(among.failed.has(`hostile-${i}`), name).toBe(!harmless.has(name));
    }
    const late = (i: number): number => among.at.get(`honest-${i}`)! / alone.at.get(`honest-${i}`)!;
    worst = Math.max(...Array.from({ length: STEPS }, (_, i) => late(i)));
    const last = (times: Times): number =>
      Math.max(...Array.from({ length: STEPS }, (_, i) => times.at.get(`honest-${i}`)!));
    console.log(
      `100 honest steps alone: ${Math.round(last(alone))} ms; among 100 hostile ones: ${Math.round(last(among))} ms; the latest took ${worst.toFixed(2)} of its time`,
    );
  }
  expect(worst).toBeLessThanOrEqual(2);
}, 180_000);
