/** Which turn the loops are in that wait within one, so that a run that parks goes on with it. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { TurnBegun } from '../model/event.ts';

export class TurnsBegun {
  readonly #kept: ReadonlyMap<string, TurnBegun>;
  readonly #open = new Map<string, { readonly turn: number; readonly before: EncodedValue | undefined }>();

  /** `kept` are those of a run that was parked, by step; of an item, `step[3]`. */
  constructor(kept: ReadonlyMap<string, TurnBegun> = new Map()) {
    this.#kept = kept;
  }

  /** By the names of the steps in the whole run. */
  get open(): Readonly<Record<string, TurnBegun>> {
    return Object.fromEntries(
      [...this.#open].map(([step, { turn, before }]) => [
        step,
        { turn, ...(before !== undefined && { before: Buffer.from(before).toString() }) },
      ]),
    );
  }

  /** The turn in which the step was when the run parked. */
  kept(step: string): TurnBegun | undefined {
    return this.#kept.get(step);
  }

  begin(step: string, turn: number, before: EncodedValue | undefined): void {
    this.#open.set(step, { turn, before });
  }

  end(step: string): void {
    this.#open.delete(step);
  }
}
