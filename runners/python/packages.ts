/** Finds the wheels of the distributions that a step imports. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import type { Pyodide } from './pyodide.ts';

/** What to load, in `loadPackage`'s terms; or what is not there. */
export type Wheels =
  | { readonly ok: true; readonly load: readonly string[] }
  | { readonly ok: false; readonly missing: string };

interface Distribution {
  readonly file_name: string;
  readonly depends: readonly string[];
  readonly sha256: string;
}

interface LockFile {
  readonly packages: Readonly<Record<string, Distribution>>;
}

/** All of `names` and what they need, from wheels in `directory`: those of Pyodide's own distribution, or any pure Python one. */
export function findWheels(names: readonly string[], directory: string): Wheels {
  if (names.length === 0) return { ok: true, load: [] };
  const files = list(directory);
  const { packages }: LockFile = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('pyodide/pyodide-lock.json'), 'utf8'),
  );
  const load = new Set<string>();
  const seen = new Set<string>();
  const waiting = names.map(normalised);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const own = files.find((file) => file.endsWith('-none-any.whl') && normalised(file.split('-')[0]!) === name);
    const known = packages[name];
    if (known !== undefined && files.includes(known.file_name)) {
      // Its native code is loaded before the gate is shut.
      if (!isGenuine(join(directory, known.file_name), known))
        return { ok: false, missing: `${known.file_name} of Pyodide's own distribution (another file has that name)` };
      load.add(name);
      waiting.push(...known.depends.map(normalised));
    } else if (own !== undefined) {
      load.add(join(directory, own));
    } else {
      return { ok: false, missing: known?.file_name ?? `a wheel of "${name}" for any platform` };
    }
  }
  return { ok: true, load: [...load] };
}

/** Loads what `findWheels` found; gives what went wrong. */
export async function loadWheels(python: Pyodide, wheels: readonly string[]): Promise<string | undefined> {
  if (wheels.length === 0) return undefined;
  const problems: string[] = [];
  const errorCallback = (message: string): void => void problems.push(message);
  const options = { messageCallback: (): void => undefined, errorCallback };
  await python.loadPackage(
    wheels.filter((wheel) => !isAbsolute(wheel)),
    options,
  );
  await withoutNewCode(() => python.loadPackage(wheels.filter(isAbsolute), options));
  return problems.length === 0 ? undefined : problems.join('; ');
}

/** `Scikit_Learn` and `scikit-learn` are one distribution. */
function normalised(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function isGenuine(path: string, { sha256 }: Distribution): boolean {
  return createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
}

/** Pure Python needs no WebAssembly; code of other origin would run, and evaluate JavaScript, before the gate is shut. */
async function withoutNewCode(work: () => Promise<unknown>): Promise<void> {
  const host: Record<string, unknown> = WebAssembly;
  const { instantiate, Module } = host;
  // It stands in for a class as well, which only a plain function can.
  function refuse(): never {
    throw new Error('only the wheels of the Pyodide distribution may bring native code');
  }
  Object.assign(host, { instantiate: refuse, Module: refuse });
  try {
    await work();
  } finally {
    Object.assign(host, { instantiate, Module });
  }
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
