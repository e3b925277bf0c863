/** Steps that are ready, in the order in which they are to start, by the lanes in which they are let in. */
import type { Admission } from './admission.ts';
import { MinHeap } from './heap.ts';

export class ReadySteps {
  readonly #admission: Admission;
  /** Ranks, by lane. */
  readonly #queues: readonly MinHeap[];

  constructor(admission: Admission) {
    this.#admission = admission;
    this.#queues = Array.from({ length: admission.lanes }, () => new MinHeap());
  }

  push(rank: number, lane: number): void {
    this.#queues[lane]!.push(rank);
  }

  /** The lane whose first step comes before the first of all others that may start. */
  next(): number | undefined {
    let found: number | undefined;
    let least = Infinity;
    for (let lane = 0; lane < this.#queues.length; lane++) {
      const rank = this.#queues[lane]!.least;
      if (rank === undefined || rank >= least || !this.#admission.mayStart(lane)) continue;
      found = lane;
      least = rank;
    }
    return found;
  }

  /** Of a lane that has one. */
  first(lane: number): number {
    return this.#queues[lane]!.least!;
  }

  pop(lane: number): void {
    this.#queues[lane]!.pop();
  }
}
