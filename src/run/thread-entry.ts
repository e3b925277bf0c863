/** Where the code of worker threads stands: built, in source tree and tarball alike. */
import { createRequire } from 'node:module';

export function threadEntry(): string {
  return createRequire(import.meta.url).resolve('#worker');
}
