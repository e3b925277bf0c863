/** Modules as they lie on disk, compiled once per thread for as long as the file does not change. */
import { readFileSync, statSync } from 'node:fs';
import { exportedSignatures, type Signature } from './signatures.ts';

export interface LoadedModule {
  readonly module: WebAssembly.Module;
  /** Of the exported functions, by name. */
  readonly signatures: ReadonlyMap<string, Signature>;
}

export type Loading =
  | { readonly kind: 'loaded'; readonly loaded: LoadedModule }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string };

interface Kept {
  readonly mtimeMs: number;
  readonly size: number;
  readonly loaded: LoadedModule;
}

/** The oldest goes when there are more. */
const KEPT_AT_MOST = 32;

export class ModuleCache {
  readonly #kept = new Map<string, Kept>();

  async load(path: string): Promise<Loading> {
    const file = read(path);
    if (file.kind !== 'file') return file;
    const { mtimeMs, size } = file;
    const kept = this.#kept.get(path);
    if (kept !== undefined && kept.mtimeMs === mtimeMs && kept.size === size)
      return { kind: 'loaded', loaded: kept.loaded };
    const bytes = readFileSync(path);
    let module: WebAssembly.Module;
    try {
      module = await WebAssembly.compile(bytes);
    } catch (error) {
      if (error instanceof WebAssembly.CompileError)
        return { kind: 'invalid', message: error.message.replace(/^WebAssembly\.compile\(\): /, '') };
      throw error;
    }
    const loaded = { module, signatures: exportedSignatures(bytes) };
    this.#kept.delete(path);
    this.#kept.set(path, { mtimeMs, size, loaded });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_AT_MOST) break;
      this.#kept.delete(oldest);
    }
    return { kind: 'loaded', loaded };
  }
}

function read(path: string): { kind: 'file'; mtimeMs: number; size: number } | Exclude<Loading, { kind: 'loaded' }> {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { kind: 'unreadable', message: 'it is not a file' };
    return { kind: 'file', mtimeMs: stat.mtimeMs, size: stat.size };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'unreadable', message: error instanceof Error ? error.message : String(error) };
  }
}
