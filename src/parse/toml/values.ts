/** The values of a TOML file as @iarna/toml reads them, found by path. */
import { createRequire } from 'node:module';
import type { ParseString } from '@iarna/toml/parse-string.js';

/** Quicker than `import` of a CommonJS package. */
const require: NodeJS.Require = createRequire(import.meta.url);

/** Looks up what stands at a path of keys and list positions; nothing where @iarna/toml read nothing. */
export type Lookup = (path: readonly (string | number)[]) => unknown;

/**
 * `keys` are all keys of the file. @iarna/toml takes a key such as `constructor` for what every object inherits and
 * writes into it, so a file with one is read without it.
 */
export function lookupIn(text: string, keys: Iterable<string>): Lookup {
  for (const key of keys) if (key in Object.prototype) return () => undefined;
  let root: unknown;
  try {
    root = (require('@iarna/toml/parse-string.js') as ParseString)(text);
  } catch {
    // It refuses some valid files; the positioned reading stands alone then.
    return () => undefined;
  }
  return (path) => {
    let value = root;
    for (const key of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = Object.getOwnPropertyDescriptor(value, key)?.value;
    }
    return value;
  };
}
