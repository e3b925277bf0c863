/** Finds the wheels of the distributions that a step imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Pyodide } from './pyodide.ts';

/** What to load, in `loadPackage`'s terms; or what is not there. */
export type Wheels =
  | { readonly ok: true; readonly load: readonly string[] }
  | { readonly ok: false; readonly missing: string };

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly file_name: string; readonly depends: readonly string[] }>>;
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
  await python.loadPackage(wheels, { messageCallback: () => undefined, errorCallback });
  // A library's own JavaScript would be called past the gate.
  for (const [path, { exports }] of Object.entries(python._module.LDSO.loadedLibsByName)) {
    if (path !== '__main__' && Object.values(exports).some(isJavaScript))
      problems.push(`"${path}" brings JavaScript of its own, which embedded Python does not run`);
  }
  return problems.length === 0 ? undefined : problems.join('; ');
}

function isJavaScript(exported: unknown): boolean {
  return typeof exported === 'function' && !Function.prototype.toString.call(exported).endsWith('{ [native code] }');
}

/** `Scikit_Learn` and `scikit-learn` are one distribution. */
function normalised(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
