/** Modules as they lie on disk, compiled once per thread for as long as the file does not change. */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { capModule, PAGE } from './memory-cap.ts';
import { exportedSignatures, type Signature } from './signatures.ts';

export interface LoadedModule {
  readonly module: WebAssembly.Module;
  /** Of the exported functions, by name. */
  readonly signatures: ReadonlyMap<string, Signature>;
}

export type Loading =
  | { readonly kind: 'loaded'; readonly loaded: LoadedModule }
  | { readonly kind: 'missing' }
  /** It begins with more memory than it may have. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string };

interface Kept {
  readonly mtimeMs: number;
  readonly size: number;
  readonly loaded: LoadedModule;
}

/** Of a 32-bit memory. */
const MOST_PAGES = 65_536;
/** The oldest goes when there are more. */
const KEPT_AT_MOST = 32;

export class ModuleCache {
  readonly #kept = new Map<string, Kept>();

  /** `memory` is the most bytes that each of the module's memories may have; `bytes` are what stands at `path`, where that cannot be read. */
  async load({ path, bytes: given }: { path: string; bytes?: Uint8Array }, memory: number): Promise<Loading> {
    const pages = Math.min(MOST_PAGES, Math.floor(memory / PAGE));
    if (given !== undefined) return compile(given, pages);
    const file = read(path);
    if (file.kind !== 'file') return file;
    const { mtimeMs, size } = file;
    const key = `${pages} ${path}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.mtimeMs === mtimeMs && kept.size === size)
      return { kind: 'loaded', loaded: kept.loaded };
    const bytes = readBytes(path);
    if (!(bytes instanceof Uint8Array)) return bytes;
    const compiled = await compile(bytes, pages);
    if (compiled.kind !== 'loaded') return compiled;
    const { loaded } = compiled;
    this.#kept.delete(key);
    this.#kept.set(key, { mtimeMs, size, loaded });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_AT_MOST) break;
      this.#kept.delete(oldest);
    }
    return compiled;
  }
}

async function compile(bytes: Uint8Array, pages: number): Promise<Loading> {
  try {
    // The module's own mistakes are told as they are.
    const capped = WebAssembly.validate(bytes) ? capModule(bytes, pages) : ({ kind: 'capped', bytes } as const);
    if (capped.kind === 'too-large') return capped;
    if (capped.kind === 'unbounded') return { kind: 'invalid', message: capped.message };
    const module = await WebAssembly.compile(capped.bytes);
    return { kind: 'loaded', loaded: { module, signatures: exportedSignatures(bytes) } };
  } catch (error) {
    // A RangeError is V8's answer to a module that is larger than it takes.
    if (error instanceof WebAssembly.CompileError || error instanceof RangeError)
      return { kind: 'invalid', message: error.message.replace(/^WebAssembly\.compile\(\): /, '') };
    throw error;
  }
}

/** What was a file a moment ago may be a pipe by now, which is not waited for. */
function readBytes(path: string): Uint8Array | Exclude<Loading, { kind: 'loaded' }> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(descriptor).isFile()) return { kind: 'unreadable', message: 'it is not a file' };
    return readFileSync(descriptor);
  } catch (error) {
    return notRead(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function notRead(error: unknown): Exclude<Loading, { kind: 'loaded' }> {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
  return { kind: 'unreadable', message: error instanceof Error ? error.message : String(error) };
}

function read(path: string): { kind: 'file'; mtimeMs: number; size: number } | Exclude<Loading, { kind: 'loaded' }> {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { kind: 'unreadable', message: 'it is not a file' };
    return { kind: 'file', mtimeMs: stat.mtimeMs, size: stat.size };
  } catch (error) {
    return notRead(error);
  }
}
