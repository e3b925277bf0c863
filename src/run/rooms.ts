/** The named pools of a run and what of its locks is its own affair, wherever in it the steps are that share them. */
import { locksOf } from '../model/locks.ts';
import type { NamedPool } from '../model/concurrency.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { type Admission, ALL_MAY_START } from './admission.ts';
import { Lanes } from './lanes.ts';
import { Pace } from './pace.ts';
import { Places } from './places.ts';
import { type Held, LOCK, type Room } from './room.ts';

export class Rooms {
  readonly #all: Map<string, Room>;
  /** In place of those, what a step has that opened: what is in it takes parts of that. */
  readonly #held: Held;

  constructor(all: Map<string, Room> = new Map(), held: Held = new Map()) {
    this.#all = all;
    this.#held = held;
  }

  /** `onFree` is called when a step may start that could not. */
  admissionFor(plan: Plan, onFree: () => void): Admission {
    const isPlain = plan.steps.every(
      ({ step }) => (step.pool ?? step.cost) === undefined && locksOf(step).length === 0,
    );
    if (isPlain) return ALL_MAY_START;
    const { file, pools = [] } = plan.workflow;
    const settings = new Map(pools.map((pool) => [poolKey(file.path, pool.name), pool]));
    const keysOf = (step: Step): readonly string[] => keysIn(file.path, step);
    return new Lanes(plan, { keysOf, roomOf: (key) => this.#room(key, settings.get(key)) }, onFree);
  }

  /** For what is in a step that has these. */
  holding(held: Held): Rooms {
    return held.size === 0 ? this : new Rooms(this.#all, new Map([...this.#held, ...held]));
  }

  #room(key: string, pool: NamedPool | undefined): Room {
    const known = this.#held.get(key) ?? this.#all.get(key);
    if (known !== undefined) return known;
    const room = { places: new Places(pool?.size ?? 1), pace: pool?.rate && new Pace(pool.rate) };
    this.#all.set(key, room);
    return room;
  }
}

/** A pool belongs to the file that declares it; a lock is the same for all. */
function keysIn(file: string, step: Step): readonly string[] {
  const pool = step.pool === undefined ? [] : [poolKey(file, step.pool)];
  return [...pool, ...locksOf(step).map(({ name }) => `${LOCK}${name}`)];
}

function poolKey(file: string, pool: string): string {
  return `pool ${pool} ${file}`;
}
