/** Names of one place, and behind them those of the place around it. */

/** A map like any other, which expressions ask for more than a class of its own would let them. */
export function scopeWithin<T>(outer: ReadonlyMap<string, T> | undefined): Map<string, T> {
  const own = new Map<string, T>();
  if (outer === undefined) return own;
  const get = own.get.bind(own);
  const has = own.has.bind(own);
  own.get = (name) => (has(name) ? get(name) : outer.get(name));
  own.has = (name) => has(name) || outer.has(name);
  return own;
}

/** Named values of one place: `output` of the step that was just run. */
export type Local = Readonly<Record<string, unknown>>;

/** What is made when it is asked for stays so. */
export function withOwn(local: Local, own: Local): Local {
  const descriptors = { ...Object.getOwnPropertyDescriptors(local), ...Object.getOwnPropertyDescriptors(own) };
  return Object.defineProperties({}, descriptors) as Local;
}
