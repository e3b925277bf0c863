/** Places for the items of a step that is in a pool or has a rate: each item takes a part of the pool, and its turn. */
import type { Pace } from '../pace.ts';
import type { Places } from '../places.ts';
import { type Held, LOCK } from '../room.ts';

/** What items take before they start. */
export type ItemPlaces = Pick<Places, 'take' | 'release' | 'pause' | 'unpause' | 'regain' | 'leave' | 'onFree'>;

export interface Bounds {
  /** What the step holds itself; its first item starts in that. */
  readonly held: Held;
  readonly paces: readonly Pace[];
  readonly cost: number;
}

export class BoundedPlaces implements ItemPlaces {
  onFree: () => void = () => {};
  readonly #places: Places;
  readonly #pools: readonly Places[];
  readonly #paces: readonly Pace[];
  readonly #cost: number;
  readonly #ask = (): void => this.onFree();
  #isFirst = true;

  constructor(places: Places, { held, paces, cost }: Bounds) {
    this.#places = places;
    this.#pools = [...held].flatMap(([key, room]) => (key.startsWith(LOCK) ? [] : [room.places]));
    this.#paces = paces;
    this.#cost = cost;
    for (const each of [places, ...this.#pools]) each.onFree = this.#ask;
  }

  take(): boolean {
    // The step's own start counts for its first item.
    if (!this.#isFirst && !this.#paces.every((pace) => pace.mayStart(this.#ask))) return false;
    const all = [...this.#pools, this.#places];
    const refused = all.findIndex((places) => !places.take(this.#cost));
    if (refused >= 0) {
      for (const places of all.slice(0, refused)) places.release(this.#cost);
      return false;
    }
    if (!this.#isFirst) for (const pace of this.#paces) pace.started();
    this.#isFirst = false;
    return true;
  }

  release(): void {
    for (const places of [this.#places, ...this.#pools]) places.release(this.#cost);
  }

  /** In the pool it stays. */
  pause(): void {
    this.#places.pause(this.#cost);
  }

  unpause(): void {
    this.#places.unpause();
    for (const places of this.#pools) places.release(this.#cost);
  }

  regain(): void {
    this.#places.regain();
  }

  leave(): void {
    for (const places of [this.#places, ...this.#pools]) places.leave();
    for (const pace of this.#paces) pace.forget(this.#ask);
  }
}
