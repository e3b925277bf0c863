/** The cap of a run: so many steps at once, wherever in it they are. */

/**
 * The places of a run, or a view of them for a step that opens: that one holds its own place while its children run, the
 * first of them in it, and the others in further ones of whoever it is in. So a child can always run, also where no place
 * is free, and nobody waits for somebody that waits. Where all of its children only wait for something from outside the run, it
 * holds none itself.
 *
 * Whoever is refused is told when to ask again, in the order in which they were refused; until then nobody who comes later
 * is served before.
 */
export class Places {
  #cap: number;
  #used = 0;
  /** Of those, what is had from outside. */
  #borrowed = 0;
  /** What its step holds itself. */
  #held: number;
  /** What it has given back of that, while all of its children only wait. */
  #lent = 0;
  /** Children that hold no place, since they only wait. */
  #waiters = 0;
  readonly #outer: Places | undefined;
  /** Views that were refused here, or this itself. */
  readonly #refused: Set<Places> = new Set();
  #isWaking = false;
  /** Who may go before those that wait. */
  #next: Places | undefined;
  /** Told that a place may be free, where one was refused since; never from within a call of `take` or `release`. */
  onFree: () => void = () => {};

  /** `cap` is at least 1. */
  constructor(cap: number, outer?: Places, held = 0) {
    this.#cap = cap;
    this.#outer = outer;
    this.#held = held;
  }

  /** Most places that are taken at once. */
  get cap(): number {
    return this.#outer === undefined ? this.#cap : Math.min(this.#cap, this.#outer.cap);
  }

  /** Of what was had, nothing is taken away. */
  set cap(cap: number) {
    this.#cap = Math.max(1, cap);
    this.#wake();
  }

  /** Whether any child has one. */
  get isUsed(): boolean {
    return this.#used > 0;
  }

  /** For a step that has taken `held` places here and opens: its children have `cap` at most. */
  within(cap: number, held = 1): Places {
    // What it was let in with may be less than it asked for.
    const lacking = this.#outer === undefined ? 0 : this.#beyond(this.#used) - this.#borrowed;
    return new Places(Math.max(1, cap), this, Math.max(Math.min(1, held), held - lacking));
  }

  /** Who asks for more than the cap gets them once all others have given theirs back. */
  take(places = 1): boolean {
    return this.#take(places, this);
  }

  release(places = 1): void {
    this.#used -= places;
    const back = this.#borrowed - this.#beyond(this.#used);
    if (back > 0) {
      this.#borrowed -= back;
      this.#outer!.release(back);
    }
    this.#wake();
    if (this.#used > 0 || this.#waiters === 0) return;
    this.#lend();
    queueMicrotask(() => this.onFree());
  }

  /** A child that took so many gives them back while it only waits. */
  pause(places = 1): void {
    this.#waiters += 1;
    this.release(places);
  }

  /** Such a child has ended. */
  unpause(): void {
    this.#waiters -= 1;
  }

  /** Before its step ends, which gives back what it held. */
  regain(): void {
    if (this.#lent === 0) return;
    this.#held = this.#lent;
    this.#lent = 0;
    this.#outer!.unpause();
    this.#outer!.#force(this.#held);
  }

  /** Waits for none any more. */
  leave(): void {
    this.#forget(this);
  }

  #take(places: number, by: Places): boolean {
    if ((this.#used > 0 && this.#used + places > this.#most) || this.#isBehind(by)) {
      this.#refused.add(by);
      return false;
    }
    const more = this.#beyond(this.#used + places) - this.#borrowed;
    if (more > 0 && this.#outer !== undefined) {
      if (this.#outer.#take(more, by)) this.#borrowed += more;
      else if (this.#used > 0 || this.#held === 0) {
        // What is inside here may end sooner than what is outside, and be enough.
        this.#refused.add(by);
        return false;
      }
      // What its step holds has to do for the first child, or two that open could wait for each other.
      else this.#outer.#forget(by);
    } else if (this.#outer !== undefined) this.#outer.#forget(by);
    this.#used += places;
    if (this.#refused.size > 0) this.#refused.delete(by);
    this.#next = undefined;
    return true;
  }

  /** From here on every child asks outside, as anybody does. */
  #lend(): void {
    if (this.#outer === undefined || this.#held === 0) return;
    this.#lent = this.#held;
    this.#held = 0;
    this.#outer.pause(this.#lent);
  }

  /** Only for what is given back at once. */
  #force(places: number): void {
    const more = this.#beyond(this.#used + places) - this.#borrowed;
    if (more > 0) {
      this.#borrowed += more;
      this.#outer!.#force(more);
    }
    this.#used += places;
  }

  #forget(by: Places): void {
    if (this.#refused.size > 0) this.#refused.delete(by);
    if (this.#outer !== undefined) this.#outer.#forget(by);
  }

  /** A step that costs more than the cap runs alone, and what is in it keeps to the cap. */
  get #most(): number {
    return this.#outer === undefined ? this.#cap : Math.min(this.#cap, this.#outer.#most);
  }

  /** Of so many, those that are not its own step's. */
  #beyond(used: number): number {
    return this.#outer === undefined ? 0 : Math.max(0, used - this.#held);
  }

  #isBehind(by: Places): boolean {
    if (this.#refused.size === 0 || this.#next === by) return false;
    const [first] = this.#refused;
    return first !== by;
  }

  /** Later, since whoever releases is in the middle of something. */
  #wake(): void {
    if (this.#refused.size === 0 || this.#isWaking) return;
    this.#isWaking = true;
    queueMicrotask(() => {
      this.#isWaking = false;
      // Those that are refused again wait behind the others.
      for (let left = this.#refused.size; left > 0 && this.#used < this.#cap; left--) {
        const [first] = this.#refused;
        if (first === undefined) return;
        this.#refused.delete(first);
        this.#next = first;
        first.onFree();
        this.#next = undefined;
      }
    });
  }
}
