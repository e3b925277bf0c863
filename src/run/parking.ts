/** Sees when a run has nothing left to do but wait, and whether it is to end its process then. */
import type { Course } from './course.ts';
import { isWatched, type Lobby, SOON_MS } from './lobby.ts';

/** `auto`: where only people or signals can go on with it, and none of its times is over soon. */
export type ParkRule = 'auto' | 'always' | 'never';

/** What ends and what begins for that are one to whoever looks; longer than what is told of items is gathered. */
const CALM_MS = 40;

export class Parking {
  /** Resolves once it is to park. */
  readonly parked: Promise<void>;
  isParked = false;
  readonly #course: Course;
  readonly #lobby: Lobby;
  readonly #rule: ParkRule;
  readonly #ends: () => readonly number[];
  #park: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `ends` gives the moments at which something is over, whatever is said by then. */
  constructor(course: Course, lobby: Lobby, rule: ParkRule, ends: () => readonly number[]) {
    this.#ends = ends;
    this.#course = course;
    this.#lobby = lobby;
    this.#rule = rule;
    this.parked = new Promise((resolve) => {
      this.#park = resolve;
    });
    lobby.onChange = () => this.look();
  }

  /** Something has changed. */
  look(): void {
    if (this.#rule === 'never' || this.#isClosed || this.#lobby.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#mayPark()) return;
      this.isParked = true;
      this.#park();
    }, CALM_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #mayPark(): boolean {
    if (this.#isClosed || !this.#lobby.hasRead || !this.#course.isIdle) return false;
    const now = Date.now();
    if (this.#rule === 'always') return true;
    const isLong = this.#ends().every((until) => until - now > SOON_MS);
    return isLong && [...this.#lobby.pending.values()].every((pending) => !isWatched(pending, now));
  }
}
