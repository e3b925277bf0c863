/** Guest code: the global `structuredClone`. */

export function installClone(): void {
  const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

  function refuse(what: string): never {
    throw Object.assign(new Error(`${what} could not be cloned`), { name: 'DataCloneError' });
  }

  function clone(value: unknown, seen: Map<object, object>): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') refuse(`A ${typeof value}`);
    if (typeof value !== 'object' || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const keep = <T extends object>(copy: T): T => {
      seen.set(value, copy);
      return copy;
    };
    if (Array.isArray(value)) return fill(keep(Object.assign([], { length: value.length })), value, seen);
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof Number || value instanceof String || value instanceof Boolean)
      return keep(Object(value.valueOf()) as object);
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) {
      const buffer = clone(value.buffer, seen) as ArrayBuffer;
      const length = 'length' in value ? Number(value.length) : value.byteLength;
      const View = value.constructor as new (buffer: ArrayBuffer, offset: number, length?: number) => object;
      return keep(new View(buffer, value.byteOffset, length));
    }
    if (value instanceof Map) {
      const copy = keep(new Map<unknown, unknown>());
      for (const [key, each] of value) copy.set(clone(key, seen), clone(each, seen));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set<unknown>());
      for (const each of value) copy.add(clone(each, seen));
      return copy;
    }
    if (value instanceof Error) return cloneError(value, keep, seen);
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet)
      refuse(`A ${value.constructor.name}`);
    return fill(keep({}), value, seen);
  }

  function fill(copy: object, value: object, seen: Map<object, object>): object {
    for (const key of Object.keys(value)) {
      const member = clone((value as Record<string, unknown>)[key], seen);
      Object.defineProperty(copy, key, { value: member, writable: true, enumerable: true, configurable: true });
    }
    return copy;
  }

  function cloneError(error: Error, keep: <T extends object>(copy: T) => T, seen: Map<object, object>): Error {
    const Type = Object.hasOwn(ERRORS, error.name) ? ERRORS[error.name as keyof typeof ERRORS] : Error;
    const copy = keep(new Type(error.message));
    if (error.stack !== undefined)
      Object.defineProperty(copy, 'stack', { value: error.stack, writable: true, configurable: true });
    if ('cause' in error)
      Object.defineProperty(copy, 'cause', { value: clone(error.cause, seen), writable: true, configurable: true });
    return copy;
  }

  Object.defineProperty(globalThis, 'structuredClone', {
    value: (value: unknown) => clone(value, new Map()),
    writable: true,
    configurable: true,
  });
}
