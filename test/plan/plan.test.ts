/** Plans: levels, order and every mistake that a graph can have, on small graphs, random ones and huge ones. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { Step } from '../../src/model/step.ts';
import { planWorkflow } from '../../src/plan/index.ts';

type Graph = readonly (readonly [name: string, dependsOn: readonly string[]])[];

function workflow(graph: Graph): Workflow {
  let at = 0;
  const span = (): { start: number; end: number } => ({ start: at, end: ++at });
  const steps = graph.map(
    ([name, dependsOn]): Step => ({
      name,
      span: span(),
      language: 'lua',
      script: { kind: 'code', code: '', origin: { file: 'test', line: 1, verbatim: true } },
      dependsOn: dependsOn.map((dependency) => ({ name: dependency, span: span() })),
      retry: { retries: 0, delayMs: 0 },
      env: {},
      passEnv: [],
      packages: [],
      limits: {},
      permissions: [],
    }),
  );
  return { name: 'test', file: { path: 'test', text: '' }, steps };
}

function levels(graph: Graph): readonly (readonly string[])[] {
  const plan = planWorkflow(workflow(graph));
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
  return plan.value.levels.map((level) => level.map((index) => plan.value.steps[index]!.step.name));
}

function mistakes(graph: Graph): readonly Diagnostic[] {
  const plan = planWorkflow(workflow(graph));
  return plan.ok ? [] : plan.error;
}

test('a level holds what the levels before it allow, the longest chain first, else as declared', () => {
  expect(
    levels([
      ['lone', []],
      ['end', ['b', 'c']],
      ['c', ['a']],
      ['b', ['a', 'a2']],
      ['a', []],
      ['a2', []],
      ['b2', ['b']],
      ['b3', ['b2']],
    ]),
  ).toEqual([['a', 'a2', 'lone'], ['b', 'c'], ['b2', 'end'], ['b3']]);
});

test('an unknown dependency is told with the nearest name', () => {
  expect(
    mistakes([
      ['fetch', []],
      ['build', ['fetsh']],
    ])[0],
  ).toMatchObject({
    code: 'unknown-dependency',
    message: 'Step "build" needs "fetsh", which does not exist; did you mean "fetch"?',
  });
});

test('all mistakes of a graph are told at once, in file order', () => {
  const found = mistakes([
    ['a', ['a', 'nobody']],
    ['b', ['c', 'c']],
    ['c', ['b']],
    ['x-1', []],
    ['x_1', []],
    ['d', ['x-1', 'x_1']],
  ]);
  expect(found.map(({ code }) => code)).toEqual([
    'self-dependency',
    'unknown-dependency',
    'cycle',
    'duplicate-dependency',
    'colliding-inputs',
  ]);
});

test('names that differ in case collide only in a step that needs both', () => {
  expect(
    mistakes([
      ['a', []],
      ['A', []],
      ['b', ['a']],
      ['c', ['A']],
    ]),
  ).toEqual([]);
  const [diagnostic] = mistakes([
    ['a', []],
    ['A', []],
    ['b', ['a', 'A']],
  ]);
  expect(diagnostic!.message).toBe('Rename step "a" or "A": step "b" needs both, and both would be its INPUT_A');
});

test('a cycle is told once, whole, from its first declared step, with every dependency on it', () => {
  const found = mistakes([
    ['start', []],
    ['c', ['b']],
    ['a', ['c', 'start']],
    ['b', ['a']],
    ['behind', ['a']],
  ]);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    code: 'cycle',
    message: 'Remove one of these dependencies, each step needs the next in a circle: c -> b -> a -> c',
    related: [{ message: '"b" needs "a"' }, { message: '"a" needs "c"' }],
  });
});

test('of several circles in one knot the shortest is told, and separate knots are told apart', () => {
  const found = mistakes([
    ['a', ['b', 'd']],
    ['b', ['c']],
    ['c', ['a']],
    ['d', ['a']],
    ['x', ['y']],
    ['y', ['x']],
  ]);
  expect(found.map(({ message }) => message.split(': ')[1])).toEqual(['a -> d -> a', 'x -> y -> x']);
});

const randomGraph = fc.integer({ min: 1, max: 25 }).chain((size) =>
  fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 50 }).map((edges): Graph => {
    const unique = new Set(edges.filter(([a, b]) => a !== b).map(([a, b]) => `${a} ${b}`));
    const pairs = [...unique].map((pair) => pair.split(' '));
    return Array.from({ length: size }, (_, step) => [
      `s${step}`,
      pairs.filter(([from]) => from === String(step)).map(([, to]) => `s${to}`),
    ]);
  }),
);

test('a random graph has either a plan that keeps every promise or a circle that is really there', () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const plan = planWorkflow(workflow(graph));
      const dependsOn = new Map(graph);
      if (!plan.ok) {
        expect(new Set(plan.error.map(({ code }) => code))).toEqual(new Set(['cycle']));
        for (const { message } of plan.error) {
          const path = message.split(': ')[1]!.split(' -> ');
          expect(path[0]).toBe(path.at(-1));
          path.slice(1).forEach((name, position) => expect(dependsOn.get(path[position]!)).toContain(name));
        }
        return;
      }
      const { steps, levels: byLevel } = plan.value;
      expect(byLevel.flat()).toEqual(steps.map((_, index) => index));
      expect(new Set(steps.map(({ step }) => step.name))).toEqual(new Set(dependsOn.keys()));
      for (const planned of steps) {
        const needed = planned.dependsOn.map((index) => steps[index]!);
        expect(needed.map(({ step }) => step.name)).toEqual(dependsOn.get(planned.step.name));
        expect(planned.level).toBe(Math.max(-1, ...needed.map(({ level }) => level)) + 1);
        const behind = planned.dependants.map((index) => steps[index]!);
        expect(planned.weight).toBe(Math.max(0, ...behind.map(({ weight }) => weight)) + 1);
        for (const each of behind) expect(each.dependsOn).toContain(planned.index);
      }
    }),
    { numRuns: 500 },
  );
});

const MANY = 100_000;

test.for([
  ['a chain', Array.from({ length: MANY }, (_, i) => [`s${i}`, i > 0 ? [`s${i - 1}`] : []])],
  ['a fan', Array.from({ length: MANY }, (_, i) => [`s${i}`, i > 0 ? ['s0'] : []])],
  ['a ring', Array.from({ length: MANY }, (_, i) => [`s${i}`, [`s${(i + 1) % MANY}`]])],
  ['unknown names', Array.from({ length: MANY }, (_, i) => [`s${i}`, [`t${i}`]])],
] as [string, Graph][])('100,000 steps in %s are planned in well under a few seconds', ([, graph]) => {
  const given = workflow(graph);
  const start = performance.now();
  planWorkflow(given);
  expect(performance.now() - start).toBeLessThan(3000);
});

test('a dense knot takes no longer than a sparse one', () => {
  const size = 1000;
  const names = Array.from({ length: size }, (_, i) => `s${i}`);
  const dense = names.map((name, i): [string, string[]] => [
    name,
    names.filter((_, j) => j < i || j === i + 1).slice(-200),
  ]);
  const start = performance.now();
  expect(mistakes(dense).filter(({ code }) => code === 'cycle')).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(3000);
});
