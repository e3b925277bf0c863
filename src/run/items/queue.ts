/** Which items of a step are still to begin: those that begin again before others, some of them after a while. */

export class ItemQueue {
  readonly #kept: ReadonlyMap<number, unknown>;
  readonly #again: { readonly index: number; readonly attempt: number }[] = [];
  /** Items that are not due yet, by number. */
  readonly #waiting = new Map<number, NodeJS.Timeout>();
  #next = 0;
  #due: number;

  /** `kept` are those that need not begin. */
  constructor(length: number, kept: ReadonlyMap<number, unknown>) {
    this.#kept = kept;
    this.#due = length - kept.size;
  }

  /** How many may begin now. */
  get due(): number {
    return this.#due;
  }

  /** How many wait until they may. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** One that begins again, if any may now. */
  takeAgain(): { readonly index: number; readonly attempt: number } | undefined {
    const again = this.#again.pop();
    if (again !== undefined) this.#due -= 1;
    return again;
  }

  /** The first that has never begun, where any is due and none is to begin again. */
  takeNext(): number {
    while (this.#kept.has(this.#next)) this.#next += 1;
    this.#due -= 1;
    return this.#next++;
  }

  /** The item begins again, with its attempt of that number. */
  again(index: number, attempt: number): void {
    this.#due += 1;
    this.#again.push({ index, attempt });
  }

  /** The same after a while, unless it is cancelled by then. */
  againAfter(delayMs: number, index: number, attempt: number, onDue: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(index);
      this.again(index, attempt);
      onDue();
    }, delayMs);
    this.#waiting.set(index, timer);
  }

  /** Gives those that waited, which never begin again. */
  cancelWaiting(): readonly number[] {
    const cancelled = [...this.#waiting.keys()];
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    return cancelled;
  }
}
