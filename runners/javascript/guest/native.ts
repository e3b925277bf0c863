/** Guest code: the language's own methods, kept from before a step could replace them. */

/** A method as a function of its `this` and its arguments; `T` is what it gives back. */
export type Native = <T>(prototype: object, name: string) => (self: unknown, ...args: unknown[]) => T;

export function createNative(): Native {
  const { apply, get } = Reflect;
  return <T>(prototype: object, name: string) => {
    const method = get(prototype, name) as (...args: unknown[]) => T;
    return (self: unknown, ...args: unknown[]): T => apply(method, self, args);
  };
}
