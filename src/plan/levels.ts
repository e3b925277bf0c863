/** The level of each step: one more than the highest among its dependencies. */
import type { Graph } from './graph.ts';

export interface Levels {
  /** By step; nothing for steps that are on a circle or behind one. */
  readonly levelOf: readonly (number | undefined)[];
  /** All steps that have a level, dependencies before dependants. */
  readonly order: readonly number[];
}

export function levelsOf({ dependsOn, dependants }: Graph): Levels {
  const missing = dependsOn.map((dependencies) => dependencies.length);
  const levelOf: (number | undefined)[] = missing.map((count) => (count === 0 ? 0 : undefined));
  const highest = missing.map(() => 0);
  const order: number[] = [];
  missing.forEach((count, step) => {
    if (count === 0) order.push(step);
  });
  // The list grows while it is walked: it is its own worklist.
  for (const step of order) {
    for (const dependant of dependants[step]!) {
      highest[dependant] = Math.max(highest[dependant]!, levelOf[step]! + 1);
      missing[dependant]! -= 1;
      if (missing[dependant] === 0) {
        levelOf[dependant] = highest[dependant];
        order.push(dependant);
      }
    }
  }
  return { levelOf, order };
}
