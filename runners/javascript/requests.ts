/** The requests of a step that are under way, by the numbers under which it takes their answers. */
import type { FetchAnswer, FetchRequest } from '../grants/fetch.ts';
import type { Network } from '../grants/network.ts';

const MOST_AT_ONCE = 64;

export class Requests {
  readonly network: Network;
  readonly #pending = new Set<Promise<FetchAnswer>>();
  readonly #answers = new Map<number, FetchAnswer>();

  constructor(network: Network) {
    this.network = network;
  }

  /** Whether an answer is there or on its way. */
  get busy(): boolean {
    return this.#pending.size > 0 || this.#answers.size > 0;
  }

  start(id: number, request: FetchRequest, body: Uint8Array): void {
    if (this.#pending.size >= MOST_AT_ONCE) {
      this.#answers.set(id, { ok: false, message: `Wait for some of the ${MOST_AT_ONCE} requests that are under way` });
      return;
    }
    const done = this.network.fetch(request, body);
    this.#pending.add(done);
    void this.#keep(id, done);
  }

  /** Resolves when there is an answer to take. */
  async next(): Promise<void> {
    while (this.#answers.size === 0 && this.#pending.size > 0) await Promise.race(this.#pending);
  }

  /** All that have come. */
  take(): Map<number, FetchAnswer> {
    const answers = new Map(this.#answers);
    this.#answers.clear();
    return answers;
  }

  async #keep(id: number, done: Promise<FetchAnswer>): Promise<void> {
    this.#answers.set(id, await done);
    this.#pending.delete(done);
  }
}
