// Where steps stand in the picture of a run: apart from each other, and what is inside a step within its box.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type DrawnNode, layOut } from '../../src/page/layout.ts';
import type { Step } from '../../src/model/step.ts';
import { graph, hostStep, planOf, step, workflowOf } from '../support/graph.ts';

const inside = workflowOf([step('one'), step('two', ['one']), step('three', ['one'])]);
const group = (name: string, dependsOn: string[]): Step => hostStep(name, dependsOn, { kind: 'group', inside });

it('opens what has steps inside it, and leaves it closed where there are too many', () => {
  const plan = planOf(workflowOf([step('first'), group('all', ['first']), step('last', ['all'])]));
  const { nodes, edges } = layOut(plan, true);
  expect(nodes.map(({ name, isOpen }) => [name, isOpen])).toEqual([
    ['first', false],
    ['all', true],
    ['all/one', false],
    ['all/two', false],
    ['all/three', false],
    ['last', false],
  ]);
  expect(edges.map(({ from, to }) => `${from} -> ${to}`).sort()).toEqual([
    'all -> last',
    'all/one -> all/three',
    'all/one -> all/two',
    'first -> all',
  ]);
  expect(layOut(plan, false).nodes.map(({ name }) => name)).toEqual(['first', 'all', 'last']);
});

const around = (name: string): string => name.split('/').slice(0, -1).join('/');
const contains = (outer: DrawnNode, { x, y, width, height }: DrawnNode): boolean =>
  x > outer.x && y > outer.y && x + width < outer.x + outer.width && y + height < outer.y + outer.height;
const overlap = (a: DrawnNode, b: DrawnNode): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

it('keeps steps apart and boxes around what is in them, whatever the graph', () => {
  const chains = fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(chains, fc.array(fc.nat(20), { maxLength: 6 }), fc.nat(2), (some, opened, depth) => {
      const flat = graph(
        ...some.map((chain) =>
          [...new Set(chain)]
            .sort((a, b) => a - b)
            .map((n) => `s${n}`)
            .join(' -> '),
        ),
      );
      const nest = (one: Step, left: number): Step =>
        hostStep(
          one.name,
          one.dependsOn.map(({ name }) => name),
          { kind: 'group', inside: left === 0 ? inside : workflowOf([nest(step('deep'), left - 1), step('beside')]) },
        );
      const steps = flat.steps.map((one) => (opened.some((n) => one.name === `s${n}`) ? nest(one, depth) : one));
      const { nodes, width, height } = layOut(planOf(workflowOf(steps)), true);
      const byName = new Map(nodes.map((node) => [node.name, node]));
      for (const node of nodes) {
        const outer = byName.get(around(node.name));
        if (outer === undefined) {
          expect(node.x >= 0 && node.y >= 0).toBe(true);
          expect(node.x + node.width <= width && node.y + node.height <= height).toBe(true);
        } else expect(contains(outer, node)).toBe(true);
        for (const other of nodes)
          if (other !== node && around(other.name) === around(node.name)) expect(overlap(node, other)).toBe(false);
      }
    }),
    { numRuns: 50 },
  );
});
