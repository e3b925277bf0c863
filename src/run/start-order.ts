/** In which order steps start that are ready at once. */
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode } from '../model/workflow.ts';

/** `byRank[rank[i]] === i`; the least rank starts first. */
export interface StartOrder {
  readonly rank: Int32Array;
  readonly byRank: Int32Array;
}

/** Plan order, except that across levels the step with the longest chain behind it goes first. */
export function startOrder(plan: Plan, mode: ExecutionMode): StartOrder {
  const byRank = Int32Array.from(plan.steps, (step) => step.index);
  if (mode === 'work-stealing') byRank.sort((a, b) => plan.steps[b]!.weight - plan.steps[a]!.weight || a - b);
  const rank = new Int32Array(byRank.length);
  byRank.forEach((index, at) => {
    rank[index] = at;
  });
  return { rank, byRank };
}
