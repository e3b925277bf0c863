/** Which copy of Python's standard library is loaded. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

/** The end of a zip file: its directory, with the place and checksum of every member. */
const DIRECTORY_BYTES = 128 * 1024;

export interface Library {
  readonly path: string;
  /** Differs when anything in it does. */
  readonly identity: string;
}

/** Where `runners/python/prepare.ts` puts the library with its modules compiled: beside the built runner. */
export function preparedLibraryPath(
  built: string = dirname(createRequire(import.meta.url).resolve('#worker')),
): string {
  return join(built, 'python', `stdlib-${pyodideVersion()}.zip`);
}

export function pyodideVersion(): string {
  const manifest: { version: string } = createRequire(import.meta.url)('pyodide/package.json');
  return manifest.version;
}

/** The prepared library, else the one that came with Pyodide, whose modules are compiled at every import. */
export function standardLibrary(built?: string): Library {
  const own = createRequire(import.meta.url).resolve('pyodide/python_stdlib.zip');
  for (const path of [preparedLibraryPath(built), own]) {
    const identity = identityOf(path);
    if (identity !== undefined) return { path, identity };
  }
  throw new Error(`Install pyodide again: its standard library "${own}" cannot be read`);
}

function identityOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, DIRECTORY_BYTES));
    readSync(file, end, 0, end.length, size - end.length);
    return `${size}-${crc32(end)}`;
  } finally {
    closeSync(file);
  }
}
