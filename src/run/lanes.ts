/** Lets the steps of one plan in by the pools they are in and the locks they need: one lane for each kind of step. */
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import type { Admission } from './admission.ts';
import type { Pace } from './pace.ts';
import { type Held, LOCK, type Room } from './room.ts';

interface LanesOf {
  /** What the rooms are called that a step needs. */
  readonly keysOf: (step: Step) => readonly string[];
  readonly roomOf: (key: string) => Room;
}

export class Lanes implements Admission {
  readonly lanes: number;
  readonly #of: LanesOf;
  readonly #onFree: () => void;
  /** By index of the step. */
  readonly #lane: Int32Array;
  readonly #costs: Int32Array;
  readonly #keys: (readonly string[])[] = [];
  /** This plan's part in each room, so that it is told in its turn. */
  readonly #views = new Map<string, Room>();

  constructor(plan: Plan, of: LanesOf, onFree: () => void) {
    this.#of = of;
    this.#onFree = onFree;
    const laneOf = new Map<string, number>();
    this.#costs = Int32Array.from(plan.steps, ({ step }) => step.cost ?? 1);
    this.#lane = Int32Array.from(plan.steps, ({ step }) => {
      const keys = of.keysOf(step);
      const name = keys.join('\n');
      const known = laneOf.get(name);
      if (known !== undefined) return known;
      laneOf.set(name, this.#keys.length);
      for (const key of keys) this.#views.set(key, this.#viewOf(key));
      return this.#keys.push(keys) - 1;
    });
    this.lanes = this.#keys.length;
  }

  laneOf(index: number): number {
    return this.#lane[index]!;
  }

  costOf(index: number): number {
    return this.#costs[index]!;
  }

  enter(index: number): boolean {
    const keys = this.#keysOf(index);
    if (keys.length === 0) return true;
    for (const key of keys) if (this.#views.get(key)!.pace?.mayStart(this.#onFree) === false) return false;
    const taken: string[] = [];
    for (const key of keys) {
      if (!this.#views.get(key)!.places.take(this.#share(index, key))) {
        for (const had of taken) this.#views.get(had)!.places.release(this.#share(index, had));
        return false;
      }
      taken.push(key);
    }
    return true;
  }

  started(index: number): void {
    for (const key of this.#keysOf(index)) this.#views.get(key)!.pace?.started();
  }

  leave(index: number): void {
    for (const key of this.#keysOf(index)) this.#views.get(key)!.places.release(this.#share(index, key));
  }

  end(): void {
    for (const { places, pace } of this.#views.values()) {
      places.leave();
      pace?.forget(this.#onFree);
    }
  }

  paceOf(index: number): Pace | undefined {
    const [key] = this.#keysOf(index);
    return key === undefined ? undefined : this.#views.get(key)!.pace;
  }

  heldBy(index: number): Held {
    return new Map(
      this.#keysOf(index).map((key): [string, Room] => {
        const { places, pace } = this.#views.get(key)!;
        return [key, { places: places.within(places.cap, this.#share(index, key)), pace }];
      }),
    );
  }

  #keysOf(index: number): readonly string[] {
    return this.#keys[this.#lane[index]!]!;
  }

  #share(index: number, key: string): number {
    return key.startsWith(LOCK) ? 1 : this.#costs[index]!;
  }

  #viewOf(key: string): Room {
    const { places, pace } = this.#of.roomOf(key);
    const view = places.within(places.cap, 0);
    view.onFree = this.#onFree;
    return { places: view, pace };
  }
}
