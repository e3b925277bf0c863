/** Boots an interpreter that is ready for its checkpoint: from a snapshot when there is a good one. */
import { GUEST } from './guest.ts';
import { GATE_VERSION } from './host-calls.ts';
import { EXCHANGE, INTERIOR, SLEEP_DEVICE } from './interior.ts';
import { type Library, pyodideVersion, standardLibrary } from './library.ts';
import { type Loaded, loadPyodide } from './pyodide.ts';
import type { PyodideOptions } from './pyodide.ts';
import { readSnapshot, removeIfThere, snapshotPath, writeSnapshot } from './snapshot.ts';

/** Its gate is not locked yet: that is for whoever runs steps. */
export interface Booted extends Loaded {
  readonly naps: Naps;
  readonly fromSnapshot: boolean;
}

/** How long, in milliseconds, the interpreter may sleep at the most. */
export interface Naps {
  longest: () => number;
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
export async function boot(cacheDir: string, packagesDir: string, built?: string): Promise<Booted> {
  const library = standardLibrary(built);
  const silent = (): void => undefined;
  const options: PyodideOptions = {
    stdin: () => null,
    stdout: silent,
    stderr: silent,
    // Else the language of the machine, and sets of texts in another order with every snapshot.
    env: { LANG: 'C.UTF-8', PYTHONHASHSEED: '0' },
    stdLibURL: library.path,
    packageCacheDir: packagesDir,
  };
  const naps: Naps = { longest: () => Number.POSITIVE_INFINITY };
  const path = snapshotOf(cacheDir, library);
  const snapshot = cacheDir === '' ? undefined : await readSnapshot(path);
  if (snapshot !== undefined) {
    const loaded = await loadPyodide({ ...options, _loadSnapshot: snapshot }).catch(() => undefined);
    if (loaded !== undefined) {
      equip(loaded, naps);
      return { ...loaded, naps, fromSnapshot: true };
    }
    removeIfThere(path);
  }
  const loaded = await loadPyodide({ ...options, _makeSnapshot: cacheDir !== '' });
  const { python } = loaded;
  python.runPython(DEFINE);
  // Before the snapshot, so that no later start pays for it.
  python.runPython('import gc; gc.collect(); gc.freeze()');
  if (cacheDir !== '') writeSnapshot(path, python.makeMemorySnapshot());
  equip(loaded, naps);
  return { ...loaded, naps, fromSnapshot: false };
}

/** Where the snapshot is kept that fits what is installed. */
export function snapshotOf(cacheDir: string, library: Library = standardLibrary()): string {
  return snapshotPath(cacheDir, pyodideVersion(), library.identity, GATE_VERSION, GUEST, INTERIOR);
}

/** Longest text of a number that the sleep device reads. */
const NUMBER_BYTES = 32;

/** Files and devices are no part of a snapshot. */
function equip({ python, senses }: Loaded, naps: Naps): void {
  const { FS } = python;
  FS.mkdirTree(EXCHANGE);
  const device = FS.makedev(64, 0);
  const never = new Int32Array(new SharedArrayBuffer(4));
  FS.registerDevice(device, {
    write(_stream: unknown, buffer: Uint8Array, offset: number, length: number): number {
      const bytes = buffer.subarray(offset, offset + Math.min(length, NUMBER_BYTES));
      const wanted = Number(Buffer.from(bytes).toString('latin1')) || 0;
      const ms = Math.min(wanted, naps.longest());
      Atomics.wait(never, 0, 0, ms);
      senses.clock.slept(ms);
      return length;
    },
  });
  FS.mkdev(SLEEP_DEVICE, 0o666, device);
  senses.attach(python);
  removeTerminals(python);
}

/** Reading one reads the standard input of the host. */
function removeTerminals({ FS, _module: { TTY } }: Loaded['python']): void {
  for (const path of ['/dev/tty', '/dev/tty1']) FS.unlink(path);
  for (const terminal of [TTY.default_tty_ops, TTY.default_tty1_ops]) {
    terminal.get_char = () => null;
    terminal.put_char = terminal.fsync = () => undefined;
  }
}
