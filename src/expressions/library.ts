/** The CEL library, loaded when the first expression is read. */
import { createRequire } from 'node:module';
import type * as Cel from '@marcbachmann/cel-js';

export type { Environment } from '@marcbachmann/cel-js';

let loaded: typeof Cel | undefined;

/** Built as one file, since a package of modules takes twice as long to load. */
export function celLibrary(): typeof Cel {
  loaded ??= createRequire(import.meta.url)('#cel') as typeof Cel;
  return loaded;
}
