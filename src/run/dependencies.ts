/** What steps that wait for others hear of those, and what follows for them. */
import type { SkipReason } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { StandIns } from './stand-ins.ts';
import { type Settled, Tally } from './tally.ts';

export class Dependencies {
  readonly #plan: Plan;
  readonly #standIns: StandIns;
  /** Dependencies that have not succeeded yet, by step. */
  readonly #missing: Int32Array;
  /** Of the steps whose `run_if` is not the usual one. */
  readonly #tallies: ReadonlyMap<number, Tally>;

  constructor(plan: Plan, standIns: StandIns) {
    this.#plan = plan;
    this.#standIns = standIns;
    this.#missing = Int32Array.from(plan.steps, (step) => step.dependsOn.length);
    this.#tallies = talliesOf(plan);
  }

  /** Whether any step has a `run_if` that is not the usual one. */
  get haveRules(): boolean {
    return this.#tallies.size > 0;
  }

  /** One of them has settled; the step is ready for that, or skipped for a reason, or goes on to wait. */
  hear(index: number, how: Settled, because: SkipReason): 'ready' | SkipReason | undefined {
    const replaced = this.#standIns.replaces(index);
    if (replaced !== undefined) {
      const { name } = this.#plan.steps[replaced]!.step;
      return how === 'succeeded' ? { kind: 'not-needed', step: name } : because;
    }
    const tally = this.#tallies.get(index);
    if (tally === undefined) {
      if (how !== 'succeeded' && how !== 'ignored') return because;
      this.#missing[index]! -= 1;
      return this.#missing[index] === 0 ? 'ready' : undefined;
    }
    tally.note(how);
    switch (tally.verdict) {
      case 'start':
        return 'ready';
      case 'wait':
        return undefined;
      case 'skip':
        return { kind: 'run-if', rule: this.#plan.steps[index]!.step.runIf!.rule };
    }
  }
}

function talliesOf(plan: Plan): ReadonlyMap<number, Tally> {
  const tallies = new Map<number, Tally>();
  for (const { index, step, dependsOn } of plan.steps) {
    if (step.runIf !== undefined) tallies.set(index, new Tally(step.runIf, dependsOn.length));
  }
  return tallies;
}
