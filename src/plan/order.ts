/** The order in which ready steps start: by level, the longest chain behind them first, then as declared. */
import type { Plan, PlannedStep } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import type { Graph } from './graph.ts';
import type { Levels } from './levels.ts';

/** The graph must have no circle. */
export function arrange(
  steps: readonly Step[],
  graph: Graph,
  { levelOf, order }: Levels,
): Pick<Plan, 'steps' | 'levels'> {
  const weights = weightsOf(graph, order);
  const start = steps
    .map((_, declared) => declared)
    .sort((a, b) => levelOf[a]! - levelOf[b]! || weights[b]! - weights[a]! || a - b);
  const position = steps.map(() => 0);
  start.forEach((declared, index) => {
    position[declared] = index;
  });
  const placed = (indices: readonly number[]): number[] => indices.map((declared) => position[declared]!);

  const planned = start.map((declared, index): PlannedStep => {
    return {
      index,
      step: steps[declared]!,
      level: levelOf[declared]!,
      dependsOn: placed(graph.dependsOn[declared]!),
      dependants: placed(graph.dependants[declared]!).sort((a, b) => a - b),
      weight: weights[declared]!,
    };
  });
  return { steps: planned, levels: levelsIn(planned) };
}

/** Steps of one level stand side by side. A list that grows by `push` keeps room for 16 more, which a long chain pays for. */
function levelsIn(steps: readonly PlannedStep[]): number[][] {
  const levels: number[][] = [];
  for (let first = 0; first < steps.length; first += levels.at(-1)!.length) {
    const { level } = steps[first]!;
    let end = first + 1;
    while (end < steps.length && steps[end]!.level === level) end += 1;
    levels.push(Array.from({ length: end - first }, (_, offset) => first + offset));
  }
  return levels;
}

function weightsOf({ dependants }: Graph, order: readonly number[]): readonly number[] {
  const weights = order.map(() => 1);
  for (const step of order.toReversed()) {
    for (const dependant of dependants[step]!) weights[step] = Math.max(weights[step]!, weights[dependant]! + 1);
  }
  return weights;
}
