/** Bounds what a thread allocates as typed arrays, which V8's own heap limits do not see and fengari keeps strings in. */

const SINGLE = 16 * 1024 ** 2;
const TOTAL = 96 * 1024 ** 2;
/** Measuring takes microseconds, so it is done once for so many bytes. */
const MEASURED_EVERY = 4 * 1024 ** 2;

export interface MemoryGuard {
  /** The total was exceeded at least once. */
  readonly exceeded: boolean;
  /** Some allocation was refused. */
  readonly refused: boolean;
}

/** Changes `Uint8Array` of the whole thread, for good: what goes over the bounds throws a RangeError. */
export function installMemoryGuard(): MemoryGuard {
  const Original = globalThis.Uint8Array;
  const state = { exceeded: false, refused: false };
  const baseline = process.memoryUsage().arrayBuffers;
  let unmeasured = 0;

  function check(bytes: number): void {
    if (bytes > SINGLE) {
      state.refused = true;
      throw new RangeError('not enough memory: one text may have 16 MiB');
    }
    unmeasured += bytes;
    if (unmeasured <= MEASURED_EVERY) return;
    unmeasured = 0;
    if (process.memoryUsage().arrayBuffers - baseline > TOTAL) {
      state.exceeded = true;
      state.refused = true;
      throw new RangeError('not enough memory');
    }
  }

  const Guarded: Uint8ArrayConstructor = new Proxy(Original, {
    construct(target, parameters: unknown[], newTarget): object {
      const [from] = parameters;
      if (typeof from === 'number') check(from);
      else if (from instanceof Original || Array.isArray(from)) check(from.length);
      return Reflect.construct(target, parameters, newTarget === Guarded ? target : newTarget);
    },
  });
  globalThis.Uint8Array = Guarded;
  // `slice` and `map` make their arrays with the constructor they find here.
  Original.prototype.constructor = Guarded;
  return state;
}
