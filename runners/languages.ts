/** Which module runs which language, loaded only in the threads that need it. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './compiled.ts';
import type { LoadRunner, ThreadSetup } from './contract.ts';

interface RunnerModule {
  readonly load: LoadRunner;
}

/** One file each, in the form into which V8 compiled it; the others load ES modules. */
const BUNDLES: readonly string[] = ['javascript', 'lua', 'shell'];

export async function loaderFor({ language, runtime, built = ownDirectory() }: ThreadSetup): Promise<LoadRunner> {
  const name = language !== 'shell' && runtime === 'native' ? 'native' : language;
  if (BUNDLES.includes(name)) return bundle<RunnerModule>(`${built}/${name}/index.cjs`).load().load;
  return ((await import(pathToFileURL(`${built}/${name}/index.js`).href)) as RunnerModule).load;
}

function ownDirectory(): string {
  return dirname(createRequire(import.meta.url).resolve('#worker'));
}
