/** Guest code: what asks for the time or for random numbers, where the step may not. */

/** What is said to whoever asks; absent for what may be asked for. */
export interface Refused {
  readonly clock?: string | undefined;
  readonly random?: string | undefined;
}

export type Refusals = (refused: Refused) => void;

export function createRefusals(): Refusals {
  const Moment = Date;

  function define(target: object, name: string, value: unknown): void {
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  }

  /** What it is given it reckons with; only what is now it does not tell. */
  function refuseTime(message: string): void {
    const refuse = (): never => {
      throw new Error(message);
    };
    function DateWithoutNow(...args: unknown[]): unknown {
      if (new.target === undefined || args.length === 0) return refuse();
      return Reflect.construct(Moment, args, new.target);
    }
    for (const name of ['UTC', 'parse'] as const) define(DateWithoutNow, name, Moment[name]);
    define(DateWithoutNow, 'now', refuse);
    Object.defineProperty(DateWithoutNow, 'name', { value: 'Date' });
    Object.defineProperty(DateWithoutNow, 'prototype', { value: Moment.prototype, writable: false });
    define(Moment.prototype, 'constructor', DateWithoutNow);
    define(globalThis, 'Date', DateWithoutNow);
  }

  function refuseRandom(message: string): void {
    const refuse = (): never => {
      throw new Error(message);
    };
    define(Math, 'random', refuse);
    for (const name of ['randomUUID', 'getRandomValues']) define(crypto, name, refuse);
  }

  return ({ clock, random }) => {
    if (clock !== undefined) refuseTime(clock);
    if (random !== undefined) refuseRandom(random);
  };
}
