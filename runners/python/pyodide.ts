/** The parts of Pyodide that the runner uses, some of which its own types leave out. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { withClosedImports } from './gate.ts';

export interface FileNode {
  readonly name: string;
  readonly mode: number;
  mtime: number;
  contents: unknown;
  readonly usedBytes: number;
}

export interface FileSystem {
  readonly streams: unknown[];
  readdir(path: string): string[];
  lookupPath(path: string, options?: { follow: boolean }): { readonly node: FileNode };
  isDir(mode: number): boolean;
  mkdirTree(path: string): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  chdir(path: string): void;
  cwd(): string;
  close(stream: unknown): void;
  chmod(path: string, mode: number): void;
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array | string, options?: { canOwn: boolean }): void;
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: object): void;
  mkdev(path: string, mode: number, device: number): void;
}

export interface WasmModule {
  /** Changes whenever the memory grows. */
  readonly HEAPU8: Uint8Array;
  stringToNewUTF8(text: string): number;
  /** 0, or -1 after an exception that nobody caught. */
  _PyRun_SimpleString(source: number): number;
}

export interface Pyodide {
  readonly FS: FileSystem;
  readonly _module: WasmModule;
  runPython(source: string): unknown;
  loadPackage(
    names: readonly string[],
    options: { messageCallback(message: string): void; errorCallback(message: string): void },
  ): Promise<readonly { readonly name: string }[]>;
  setStdout(options: StreamOptions): void;
  setStderr(options: StreamOptions): void;
  makeMemorySnapshot(): Uint8Array;
}

interface StreamOptions {
  /** Gives the number of bytes taken. */
  write(bytes: Uint8Array): number;
  readonly isatty: boolean;
}

export interface PyodideOptions {
  readonly stdin: () => string | null;
  /** Of Emscripten itself; Python's own streams are set later. */
  readonly stdout: (line: string) => void;
  readonly stderr: (line: string) => void;
  readonly stdLibURL?: string;
  readonly packageCacheDir?: string;
  readonly _makeSnapshot?: boolean;
  readonly _loadSnapshot?: Uint8Array;
}

/** Loads a fresh CPython. */
export async function loadPyodide(options: PyodideOptions): Promise<Pyodide> {
  const module: { loadPyodide(options: object): Promise<unknown> } = await import('pyodide');
  // Pyodide would guess its place from a stack trace, which not every thread has.
  const indexURL = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
  return (await withClosedImports(() => module.loadPyodide({ ...options, indexURL }))) as Pyodide;
}
