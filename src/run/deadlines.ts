/** Since when the time counts of steps that have a deadline; of a run that was parked, since they began in an earlier part of it. */

export class Deadlines {
  readonly #kept: ReadonlyMap<string, number>;
  readonly #open = new Map<string, { readonly since: number; readonly until: number }>();

  /** `kept` is since when it counts of a run that was parked, by step, in milliseconds since the epoch. */
  constructor(kept: ReadonlyMap<string, number> = new Map()) {
    this.#kept = kept;
  }

  /** Since when, of the steps that are under way, by their names in the whole run. */
  get since(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#open].map(([step, { since }]) => [step, since]));
  }

  /** When they are over. */
  get ends(): readonly number[] {
    return [...this.#open.values()].map(({ until }) => until);
  }

  /** Gives the moment at which it is over; `isSame` where the step may be the one that was under way when the run parked. */
  begin(step: string, ms: number, isSame: boolean): number {
    const since = (isSame ? this.#kept.get(step) : undefined) ?? Date.now();
    this.#open.set(step, { since, until: since + ms });
    return since + ms;
  }

  end(step: string): void {
    this.#open.delete(step);
  }
}
