/** The version of this package. */
import { readFileSync } from 'node:fs';

export function version(): string {
  // From src/, dist/src/ and dist/chunks/ the nearest package.json above is the package's own.
  for (const path of ['../package.json', '../../package.json', '../../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string };
      return version;
    } catch {}
  }
  throw new Error('Internal error: the package has no package.json');
}
