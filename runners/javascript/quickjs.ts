/** QuickJS, compiled and instantiated as quickly as a thread can. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { newQuickJSWASMModule, newVariant, type QuickJSWASMModule, RELEASE_SYNC } from 'quickjs-emscripten';

/** Its only copy of the compiled module: a thread may need several instances over time. */
let compiled: WebAssembly.Module | undefined;

export function newQuickJS(): Promise<QuickJSWASMModule> {
  // A thread has nothing else to do meanwhile, and compiling off the thread costs more than it spares.
  compiled ??= new WebAssembly.Module(readFileSync(wasmFile()));
  return newQuickJSWASMModule(newVariant(RELEASE_SYNC, { wasmModule: compiled }));
}

/** The package's own JavaScript is part of the bundle, so its file is looked up from where the package stands. */
function wasmFile(): string {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('quickjs-emscripten'));
  return theirs.resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
}
