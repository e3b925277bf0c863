/** Guest code: timers and microtasks; the host only sleeps until the next one is due. */
import type { Bridge } from './bridge.ts';

export interface Timers {
  /** Milliseconds until the next timer is due, at least 0; -1 when there is none. */
  wait(): number;
  /** Runs the first timer that is due. */
  fire(): void;
}

interface Timer {
  readonly id: number;
  due: number;
  /** 0 for a timer that runs once. */
  readonly every: number;
  readonly call: (...args: unknown[]) => unknown;
  readonly args: readonly unknown[];
}

export function installTimers({ now }: Pick<Bridge, 'now'>): Timers {
  const apply = Reflect.apply;
  const { min, max } = Math;
  const LONGEST = 2 ** 31 - 1;
  let last = 0;
  let timers: Timer[] = [];

  function add(name: string, call: unknown, delay: unknown, repeat: boolean, args: readonly unknown[]): number {
    if (typeof call !== 'function')
      throw new TypeError(
        `${name} takes a function first, not ${call === null ? 'null' : `a value of type ${typeof call}`}`,
      );
    const wanted = Number(delay);
    const ms = wanted >= 1 ? min(wanted, LONGEST) : 1;
    last += 1;
    timers = [...timers, { id: last, due: now() + ms, every: repeat ? ms : 0, call: call as Timer['call'], args }];
    return last;
  }
  function clear(id: unknown): void {
    timers = timers.filter((timer) => timer.id !== Number(id));
  }
  function first(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  }

  const globals = {
    setTimeout: (call: unknown, delay?: unknown, ...args: unknown[]) => add('setTimeout', call, delay, false, args),
    setInterval: (call: unknown, delay?: unknown, ...args: unknown[]) => add('setInterval', call, delay, true, args),
    setImmediate: (call: unknown, ...args: unknown[]) => add('setImmediate', call, 0, false, args),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
    queueMicrotask: (call: unknown) => {
      if (typeof call !== 'function') throw new TypeError('queueMicrotask takes a function');
      void Promise.resolve().then(() => (call as () => void)());
    },
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }

  return {
    wait: () => {
      const next = first();
      return next === undefined ? -1 : max(0, next.due - now());
    },
    fire: () => {
      const next = first();
      if (next === undefined || next.due > now()) return;
      if (next.every > 0) next.due = now() + next.every;
      else clear(next.id);
      apply(next.call, undefined, next.args as unknown[]);
    },
  };
}
