/** What lets a step start beside a free place: the seam for whatever else bounds how many run at once. */

/** Steps are let in by lanes, all steps of one alike, so that a lane where none may start holds up no other. */
export interface Admission {
  /** How many lanes there are; they are numbered from 0. */
  readonly lanes: number;
  /** By the index of the step. */
  laneOf(index: number): number;
  /** Places of the cap that each step of the lane takes; at least 1. */
  placesOf(lane: number): number;
  /** Whether one more of it may start now; changes nothing. Whoever says no sees to it that it is asked again. */
  mayStart(lane: number): boolean;
  /** One of it starts. */
  enter(lane: number): void;
  /** One of it that had started has ended. */
  leave(lane: number): void;
}

/** Lets in everything. */
export const ALL_MAY_START: Admission = {
  lanes: 1,
  laneOf: () => 0,
  placesOf: () => 1,
  mayStart: () => true,
  enter() {},
  leave() {},
};
