/** Steps that are ready, in the order in which they are to start, by the lanes in which they are let in. */
import type { Admission } from './admission.ts';
import { MinHeap } from './heap.ts';
import type { StartOrder } from './start-order.ts';

export class ReadySteps {
  /** Ranks, by lane. */
  readonly #queues: readonly MinHeap[];
  readonly #order: StartOrder;
  readonly #admission: Admission;
  /** The first ranks of the lanes that are not closed; also some that are no longer first. */
  readonly #firsts = new MinHeap();
  readonly #isClosed: boolean[];
  #closed: number[] = [];

  constructor(order: StartOrder, admission: Admission) {
    const { lanes } = admission;
    this.#queues = Array.from({ length: lanes }, () => new MinHeap());
    this.#isClosed = Array.from({ length: lanes }, () => false);
    this.#order = order;
    this.#admission = admission;
  }

  push(index: number): void {
    const rank = this.#order.rank[index]!;
    const lane = this.#admission.laneOf(index);
    const queue = this.#queues[lane]!;
    queue.push(rank);
    if (queue.least === rank && !this.#isClosed[lane]) this.#firsts.push(rank);
  }

  /** Of all in lanes that are not closed. */
  get first(): number | undefined {
    for (let rank = this.#firsts.least; rank !== undefined; rank = this.#firsts.least) {
      const lane = this.#laneOf(rank);
      if (!this.#isClosed[lane] && this.#queues[lane]!.least === rank) return this.#order.byRank[rank];
      this.#firsts.pop();
    }
    return undefined;
  }

  /** Takes away the first. */
  shift(): void {
    const rank = this.#firsts.pop();
    if (rank === undefined) return;
    const queue = this.#queues[this.#laneOf(rank)]!;
    queue.pop();
    if (queue.least !== undefined) this.#firsts.push(queue.least);
  }

  /** Passes over the lane of the first, until all are opened again. */
  close(): void {
    const rank = this.#firsts.pop();
    if (rank === undefined) return;
    const lane = this.#laneOf(rank);
    this.#isClosed[lane] = true;
    this.#closed.push(lane);
  }

  open(): void {
    if (this.#closed.length === 0) return;
    const closed = this.#closed;
    this.#closed = [];
    for (const lane of closed) {
      this.#isClosed[lane] = false;
      const { least } = this.#queues[lane]!;
      if (least !== undefined) this.#firsts.push(least);
    }
  }

  #laneOf(rank: number): number {
    return this.#admission.laneOf(this.#order.byRank[rank]!);
  }
}
