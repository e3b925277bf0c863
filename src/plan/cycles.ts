/** Circles of steps that wait for each other: a shortest one for each knot, with its whole path. */
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Outline } from '../model/outline.ts';
import { mistake } from './codes.ts';
import { findKnots } from './knots.ts';
import type { Graph } from './graph.ts';
import { levelsOf } from './levels.ts';

/** Steps of a path that a message names; the middle of a longer one is left out. */
const MOST_NAMED = 20;
const MOST_RELATED = 8;
/** Dependencies walked in search of a shorter circle, so that a knot of any size takes little time. */
const SEARCH_BUDGET = 1_000_000;

export function findCycles(outline: Outline, graph: Graph): readonly Diagnostic[] {
  const { levelOf, order } = levelsOf(graph);
  if (order.length === outline.steps.length) return [];
  const suspects = outline.steps.flatMap((_, step) => (levelOf[step] === undefined ? [step] : []));
  return findKnots(graph.dependsOn, suspects).map((knot) => explain(outline, shortestCycle(graph.dependsOn, knot)));
}

/** Begins with its first declared step; each step depends on the next, and the last on the first. */
function shortestCycle(dependsOn: Graph['dependsOn'], knot: readonly number[]): readonly number[] {
  const inside = new Set(knot);
  let best: readonly number[] = [];
  let budget = SEARCH_BUDGET;
  for (const start of knot.toSorted((a, b) => a - b)) {
    const cycle = cycleThrough(start, best.length);
    if (cycle !== undefined) best = cycle;
    if (best.length === 2 || budget <= 0) break;
  }
  const first = best.indexOf(best.reduce((a, b) => Math.min(a, b)));
  return [...best.slice(first), ...best.slice(0, first)];

  function cycleThrough(start: number, known: number): readonly number[] | undefined {
    const cameFrom = new Map<number, number>();
    let frontier = [start];
    for (let length = 1; frontier.length > 0 && (known === 0 || length < known); length++) {
      const next: number[] = [];
      for (const step of frontier) {
        for (const dependency of dependsOn[step]!) {
          budget -= 1;
          if (dependency === start) return path(cameFrom, start, step);
          if (!inside.has(dependency) || cameFrom.has(dependency)) continue;
          cameFrom.set(dependency, step);
          next.push(dependency);
        }
      }
      frontier = next;
      if (budget <= 0 && known > 0) return undefined;
    }
    return undefined;
  }
}

function path(cameFrom: ReadonlyMap<number, number>, start: number, end: number): readonly number[] {
  const steps = [end];
  for (let step = end; step !== start; ) {
    step = cameFrom.get(step)!;
    steps.push(step);
  }
  return steps.reverse();
}

function explain({ file, steps }: Outline, cycle: readonly number[]): Diagnostic {
  const names = [...cycle, cycle[0]!].map((step) => steps[step]!.name);
  const links = cycle.map((step, position) => {
    const next = steps[cycle[(position + 1) % cycle.length]!]!.name;
    const span = steps[step]!.dependsOn.find(({ name }) => name === next)!.span;
    return { message: `"${steps[step]!.name}" needs "${next}"`, span };
  });
  const message = `Remove one of these dependencies, each step needs the next in a circle: ${shorten(names).join(' -> ')}`;
  return mistake(file, 'cycle', links[0]!.span, message, links.slice(1, 1 + MOST_RELATED));
}

function shorten(names: readonly string[]): readonly string[] {
  if (names.length <= MOST_NAMED) return names;
  const head = names.slice(0, MOST_NAMED / 2);
  const tail = names.slice(-MOST_NAMED / 2);
  return [...head, `… ${names.length - MOST_NAMED} more …`, ...tail];
}
