/** Which step of a plan is the `fallback` of which. */
import type { Plan } from '../model/plan.ts';

export class StandIns {
  readonly #standIns = new Map<number, number>();
  readonly #replaced = new Map<number, number>();

  constructor(plan: Plan) {
    const withFallback = plan.steps.filter(({ step }) => step.fallback !== undefined);
    if (withFallback.length === 0) return;
    const indexOf = new Map(plan.steps.map(({ index, step }) => [step.name, index]));
    for (const { index, step } of withFallback) {
      const standIn = indexOf.get(step.fallback!);
      if (standIn === undefined) continue;
      this.#standIns.set(index, standIn);
      this.#replaced.set(standIn, index);
    }
  }

  /** What may run in the place of this step. */
  for(index: number): number | undefined {
    return this.#standIns.get(index);
  }

  /** In the place of which step this one may run. */
  replaces(index: number): number | undefined {
    return this.#replaced.get(index);
  }
}
