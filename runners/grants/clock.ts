/** The time as an embedded step is told it: the machine's, or one that stands still. */
import type { Clock } from '../contract.ts';
import type { Denial } from './denial.ts';

export interface StepClock {
  /** The step may not ask for it: what is told it all the same is the year 1970. */
  readonly refused?: Denial;
  /** Milliseconds since 1970, with fractions. */
  wall(): number;
  /** Nanoseconds since some moment. */
  monotonic(): bigint;
  /** The step has slept for so many milliseconds. */
  slept(ms: number): void;
}

export const MACHINE_CLOCK: StepClock = {
  wall: () => Date.now(),
  monotonic: () => process.hrtime.bigint(),
  slept: () => {},
};

/** What a frozen clock goes on by when it is asked, so that a loop that waits for it ends. */
const CREEP_NS = 1000;

class FrozenClock implements StepClock {
  readonly refused?: Denial;
  readonly #at: number;
  #elapsedNs = 0;

  constructor(at: number, refused?: Denial) {
    this.#at = at;
    if (refused !== undefined) this.refused = refused;
  }

  wall(): number {
    this.#elapsedNs += CREEP_NS;
    return this.#at + this.#elapsedNs / 1e6;
  }

  monotonic(): bigint {
    this.#elapsedNs += CREEP_NS;
    return BigInt(this.#elapsedNs);
  }

  slept(ms: number): void {
    if (ms > 0) this.#elapsedNs += Math.ceil(ms * 1e6);
  }
}

/** Made anew for every step. */
export function clockFor(clock: Clock | undefined): StepClock {
  if (clock === undefined) return MACHINE_CLOCK;
  if (clock.kind === 'frozen') return new FrozenClock(clock.at);
  return new FrozenClock(0, {
    told: 'The time is not granted to the step',
    message: `The step may not ask for the time, which the permissions of the ${clock.by} rule out`,
    grant: 'permissions = { clock = true }',
  });
}
