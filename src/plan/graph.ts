/** Steps and dependencies as numbers, without those that lead nowhere or to the step itself. */
import type { Outline } from '../model/outline.ts';

/** Indices are positions in declared order; each pair is there once. */
export interface Graph {
  readonly dependsOn: readonly (readonly number[])[];
  readonly dependants: readonly (readonly number[])[];
}

export function buildGraph(steps: Outline['steps']): Graph {
  const indexOf = new Map(steps.map(({ name }, index) => [name, index]));
  const dependants: number[][] = steps.map(() => []);
  const dependsOn = steps.map((step, index) => {
    const known = new Set<number>();
    for (const { name } of step.dependsOn) {
      const dependency = indexOf.get(name);
      if (dependency !== undefined && dependency !== index) known.add(dependency);
    }
    for (const dependency of known) dependants[dependency]!.push(index);
    return [...known];
  });
  return { dependsOn, dependants };
}
