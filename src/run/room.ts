/** What steps take a part of while they run, beside their places: a pool, or a lock. */
import type { Pace } from './pace.ts';
import type { Places } from './places.ts';

export interface Room {
  readonly places: Places;
  readonly pace?: Pace | undefined;
}

/** By what it is called in the run. */
export type Held = ReadonlyMap<string, Room>;

export const NOTHING_HELD: Held = new Map();

/** How the names of those begin that only one has at a time, whatever it costs. */
export const LOCK = 'lock ';
