/** Boots an interpreter that is ready for its checkpoint: from a snapshot when there is a good one. */
import { GUEST } from './guest.ts';
import { EXCHANGE, INTERIOR, SLEEP_DEVICE } from './interior.ts';
import { pyodideVersion, standardLibrary } from './library.ts';
import { loadPyodide } from './pyodide.ts';
import type { Pyodide, PyodideOptions } from './pyodide.ts';
import { readSnapshot, removeIfThere, snapshotPath, writeSnapshot } from './snapshot.ts';

export interface Booted {
  readonly python: Pyodide;
  readonly fromSnapshot: boolean;
}

/** Defines the guest in a module; the warm-up makes what every step needs present in memory. */
const DEFINE = `
import sys, types
_hwfe = types.ModuleType('_hwfe')
sys.modules['_hwfe'] = _hwfe
exec(compile(${JSON.stringify(GUEST + INTERIOR)}, '<hwfe>', 'exec'), _hwfe.__dict__)
del _hwfe, types, sys
`;

/** `cacheDir` may be empty: then nothing is cached. `packagesDir` is where `loadPackage` finds wheels. */
export async function boot(cacheDir: string, packagesDir: string): Promise<Booted> {
  const library = standardLibrary();
  const silent = (): void => undefined;
  const options: PyodideOptions = {
    stdin: () => null,
    stdout: silent,
    stderr: silent,
    stdLibURL: library.path,
    packageCacheDir: packagesDir,
  };
  const path = snapshotPath(cacheDir, pyodideVersion(), library.identity, GUEST, INTERIOR);
  const snapshot = cacheDir === '' ? undefined : await readSnapshot(path);
  if (snapshot !== undefined) {
    const python = await loadPyodide({ ...options, _loadSnapshot: snapshot }).catch(() => undefined);
    if (python !== undefined) return { python: equipped(python), fromSnapshot: true };
    removeIfThere(path);
  }
  const python = await loadPyodide({ ...options, _makeSnapshot: cacheDir !== '' });
  python.runPython(DEFINE);
  // Before the snapshot, so that no later start pays for it.
  python.runPython('import gc; gc.collect(); gc.freeze()');
  if (cacheDir !== '') writeSnapshot(path, python.makeMemorySnapshot());
  return { python: equipped(python), fromSnapshot: false };
}

/** Files and devices are no part of a snapshot. */
function equipped(python: Pyodide): Pyodide {
  const { FS } = python;
  FS.mkdirTree(EXCHANGE);
  const device = FS.makedev(64, 0);
  const never = new Int32Array(new SharedArrayBuffer(4));
  FS.registerDevice(device, {
    write(_stream: unknown, buffer: Uint8Array, offset: number, length: number): number {
      const text = Buffer.from(buffer.buffer, buffer.byteOffset + offset, length).toString('latin1');
      Atomics.wait(never, 0, 0, Number(text) || 0);
      return length;
    },
  });
  FS.mkdev(SLEEP_DEVICE, 0o666, device);
  return python;
}
