/** What a step takes as it begins and gives back as it ends: its places, with what it needs beside them. */
import { onlyWaits } from '../model/host-work.ts';
import type { Plan } from '../model/plan.ts';
import type { Admission } from './admission.ts';
import type { Places } from './places.ts';

export class Entrance {
  readonly #plan: Plan;
  readonly #isSequential: boolean;
  readonly #places: Places;
  readonly #admission: Admission;

  /** `isSequential` where no step begins beside another. */
  constructor(plan: Plan, isSequential: boolean, places: Places, admission: Admission) {
    this.#plan = plan;
    this.#isSequential = isSequential;
    this.#places = places;
    this.#admission = admission;
  }

  /** Takes nothing where it does not let the step in. */
  enter(index: number): 'entered' | 'no-place' | 'no-room' {
    if (this.#isSequential && this.#places.isUsed) return 'no-place';
    if (!this.#admission.enter(index)) return 'no-room';
    if (!this.#places.take(this.#admission.costOf(index))) {
      this.#admission.leave(index);
      return 'no-place';
    }
    this.#admission.started(index);
    // It begins in its turn, and then lets others go on.
    if (onlyWaits(this.#plan.steps[index]!.step)) this.#places.pause(this.#admission.costOf(index));
    return 'entered';
  }

  leave(index: number): void {
    this.#admission.leave(index);
    if (onlyWaits(this.#plan.steps[index]!.step)) {
      this.#places.unpause();
      return;
    }
    this.#places.release(this.#admission.costOf(index));
  }
}
