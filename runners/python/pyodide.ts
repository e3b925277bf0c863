/** The parts of Pyodide that the runner uses, some of which its own types leave out. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Gate, unknownImport } from './gate.ts';
import type { HostCalls } from './gate.ts';
import { Senses } from './senses.ts';

export interface FileNode {
  readonly id: number;
  readonly name: string;
  readonly mode: number;
  atime: number;
  mtime: number;
  ctime: number;
  /** Bytes of a file, nodes by name of a directory. */
  contents: object | undefined;
  readonly usedBytes: number;
  /** Of a symbolic link, its target. */
  readonly link?: string;
  readonly pipe?: { readonly buckets: readonly unknown[] | null };
}

export interface FileAttributes {
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
}

interface NodeOperations {
  getattr: (node: FileNode) => FileAttributes;
}

export interface FileStream {
  readonly node: FileNode;
  flags: number;
  position: number;
}

type WriteToStream = (
  stream: FileStream,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
  canOwn?: boolean,
) => number;

export interface FileSystemType {
  /** Gives the node of the directory at which it is mounted. */
  mount(): FileNode;
}

export interface FileSystem {
  readonly root: FileNode;
  readonly streams: (FileStream | null | undefined)[];
  readonly ErrnoError: new (errno: number) => Error;
  readdir(path: string): string[];
  lookupPath(path: string, options?: { follow: boolean }): { readonly node: FileNode };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  mkdirTree(path: string): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  chdir(path: string): void;
  cwd(): string;
  close(stream: FileStream): void;
  chmod(path: string, mode: number): void;
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array | string, options?: { canOwn: boolean }): void;
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: object): void;
  mkdev(path: string, mode: number, device: number): void;
  getPath(node: FileNode): string;
  createNode(parent: FileNode | null, name: string, mode: number, device: number): FileNode;
  mount(type: FileSystemType, options: object, path: string): FileNode;
  unmount(path: string): void;
  lookupNode(parent: FileNode, name: string): FileNode;
  destroyNode(node: FileNode): void;
  /** They give an error's number, 0 for none. */
  mayOpen: (node: FileNode, flags: number) => number;
  mayCreate: (parent: FileNode, name: string) => number;
  mayDelete: (parent: FileNode, name: string, isDirectory: boolean) => number;
  doTruncate: (stream: FileStream | null, node: FileNode, length: number) => void;
}

export interface WasmModule {
  /** Changes whenever the memory grows. */
  readonly HEAPU8: Uint8Array;
  stringToNewUTF8(text: string): number;
  readonly UTF8ToString: (address: number) => string;
  /** 1 when the memory has so many bytes now. */
  growMemory(bytes: number): number | undefined;
  readonly MEMFS: {
    createNode: (parent: FileNode | null, name: string, mode: number, device: number) => FileNode;
    resizeFileStorage: (node: FileNode, size: number) => void;
    expandFileStorage: (node: FileNode, capacity: number) => void;
    getFileDataAsTypedArray(node: FileNode): Uint8Array;
    readonly stream_ops: { write: WriteToStream; readonly llseek: object };
    readonly ops_table: {
      readonly dir: {
        readonly node: NodeOperations & { symlink: (parent: FileNode, name: string, target: string) => FileNode };
      };
      readonly file: { readonly node: NodeOperations; readonly stream: { write: WriteToStream } };
      readonly link: { readonly node: NodeOperations };
      readonly chrdev: { readonly node: NodeOperations };
    };
  };
  readonly PIPEFS: {
    createPipe: () => object;
    readonly stream_ops: { write: WriteToStream; getattr: (stream: FileStream) => FileAttributes };
  };
  readonly TTY: { readonly default_tty_ops: Terminal; readonly default_tty1_ops: Terminal };
  /** Shared libraries by path. */
  readonly LDSO: { readonly loadedLibsByName: Readonly<Record<string, { readonly exports: object }>> };
  readonly PATH: { normalize(path: string): string };
  /** Where a byte other than 0 has the interpreter look for signals as it runs. */
  readonly _Py_EMSCRIPTEN_SIGNAL_HANDLING: number;
  /** 0, or -1 after an exception that nobody caught. */
  _PyRun_SimpleString(source: number): number;
}

/** Of its C library. An exception of JavaScript's leaves the stack's pointer where it was. */
export interface Interior {
  emscripten_stack_get_current(): number;
  _emscripten_stack_restore(pointer: number): void;
  /** Given 0, the address up to which its memory is in use. */
  sbrk(bytes: number): number;
}

/** Emscripten's stand-in for a terminal, which reads and prints as the host does. */
interface Terminal {
  get_char?: () => number | null;
  put_char: () => void;
  fsync: () => void;
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
  readonly env: Readonly<Record<string, string>>;
  readonly stdLibURL?: string;
  readonly packageCacheDir?: string;
  readonly _makeSnapshot?: boolean;
  readonly _loadSnapshot?: Uint8Array;
}

interface Settings {
  /** Of the program, once there is one. */
  readonly HEAPU8: Uint8Array;
  instantiateWasm: (
    imports: Readonly<Record<string, HostCalls>>,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => object;
}

export interface Loaded {
  readonly python: Pyodide;
  readonly gate: Gate;
  readonly senses: Senses;
  readonly interior: Interior;
}

/** Loads a fresh CPython behind a gate that is not locked yet. Rejects when its imports are not those that are known. */
export async function loadPyodide(options: PyodideOptions): Promise<Loaded> {
  // With them, Node 24 hands out an import that is no function, and suspends WebAssembly under our feet.
  for (const name of ['Suspending', 'promising']) Reflect.deleteProperty(WebAssembly, name);
  // Pyodide would guess its place from a stack trace, which not every thread has.
  const indexURL = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
  const { loadPyodide: load }: { loadPyodide: (options: object) => Promise<unknown> } = await import('pyodide');
  const { default: create }: { default: (settings: Settings) => Promise<object> } = await import(
    pathToFileURL(join(indexURL, 'pyodide.asm.mjs')).href
  );
  const gate = new Gate();
  const senses = new Senses();
  let interior: Interior | undefined;
  const createPyodideModule = (settings: Settings): Promise<object> =>
    new Promise((resolve, reject) => {
      const instantiate = settings.instantiateWasm;
      settings.instantiateWasm = (imports, receive) => {
        senses.wrap(imports['env']!, () => settings.HEAPU8);
        const forbidden = gate.wrap(imports['env']!);
        if (forbidden !== undefined) {
          reject(new Error(forbidden));
          return {};
        }
        return instantiate(imports, (instance, module) => {
          const unknown = unknownImport(module);
          interior = instance.exports as object as Interior;
          if (unknown === undefined) receive(instance, module);
          else reject(new Error(unknown));
        });
      };
      create(settings).then(resolve, reject);
    });
  // Its program ends as it begins, which is no news of ours.
  const { exitCode } = process;
  const python = (await load({ ...options, indexURL, createPyodideModule, _sysExecutable: 'python' })) as Pyodide;
  process.exitCode = exitCode;
  if (interior === undefined) throw new Error('Internal error: Pyodide was loaded past its gate');
  return { python, gate, senses, interior };
}
