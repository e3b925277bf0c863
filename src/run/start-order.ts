/** In which order steps start that are ready at once. */
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode } from '../model/workflow.ts';

/** `byRank[rank[i]] === i`; the least rank starts first. */
export interface StartOrder {
  readonly rank: Int32Array;
  readonly byRank: Int32Array;
}

/** The highest priority, then across levels the longest chain behind it, then plan order. */
export function startOrder({ steps }: Plan, mode: ExecutionMode): StartOrder {
  const byRank = Int32Array.from(steps, (step) => step.index);
  const looksAhead = mode === 'work-stealing';
  if (looksAhead || steps.some(({ step }) => step.priority !== undefined)) {
    byRank.sort(
      (a, b) =>
        (steps[b]!.step.priority ?? 0) - (steps[a]!.step.priority ?? 0) ||
        (looksAhead ? steps[b]!.weight - steps[a]!.weight : 0) ||
        a - b,
    );
  }
  const rank = new Int32Array(byRank.length);
  byRank.forEach((index, at) => {
    rank[index] = at;
  });
  return { rank, byRank };
}
