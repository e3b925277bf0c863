/** What lets a step start beside a free place: the seam for whatever else bounds how many run at once. */
import type { Pace } from './pace.ts';
import { type Held, NOTHING_HELD } from './room.ts';

/** Steps stand in lanes, all steps of one alike, so that a lane whose first may not start holds up no other. */
export interface Admission {
  /** How many lanes there are; they are numbered from 0. */
  readonly lanes: number;
  /** By the index of the step. */
  laneOf(index: number): number;
  /** Places of the cap that the step takes; at least 1. */
  costOf(index: number): number;
  /** Takes what the step needs beside its places. Whoever says no sees to it that it is asked again. */
  enter(index: number): boolean;
  /** It had entered, got its places as well, and starts. */
  started(index: number): void;
  /** Gives back what it took. */
  leave(index: number): void;
  /** That of its pool. */
  paceOf(index: number): Pace | undefined;
  /** What a step that has entered has of it, for what is in that step. */
  heldBy(index: number): Held;
  /** Nobody will ask again. */
  end(): void;
}

/** Lets in everything. */
export const ALL_MAY_START: Admission = {
  lanes: 1,
  laneOf: () => 0,
  costOf: () => 1,
  enter: () => true,
  started() {},
  leave() {},
  paceOf: () => undefined,
  heldBy: () => NOTHING_HELD,
  end() {},
};
