/** QuickJS, compiled and instantiated as quickly as a thread can. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { newQuickJSWASMModule, newVariant, type QuickJSWASMModule, RELEASE_SYNC } from 'quickjs-emscripten';

/** Its only copy of the compiled module: a thread may need several instances over time. */
let compiled: WebAssembly.Module | undefined;

/** `code` is what `quickJSCode` gives, wherever it was kept; `now` the milliseconds since 1970, as often as the interpreter asks. */
export function newQuickJS(code: () => Uint8Array<ArrayBuffer>, now: () => number): Promise<QuickJSWASMModule> {
  // A thread has nothing else to do meanwhile, and compiling off the thread costs more than it spares.
  compiled ??= new WebAssembly.Module(code());
  const module = compiled;
  const instantiateWasm = (imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void): void =>
    receive(new WebAssembly.Instance(module, timed(imports, now)));
  // Its types do not name all of Emscripten's settings.
  const emscriptenModule: object = { instantiateWasm, thisProgram: paddedName() };
  return newQuickJSWASMModule(newVariant(RELEASE_SYNC, { emscriptenModule }));
}

/** The build has shortened the names of its imports; the one that tells the time is known by what it does. */
function timed(imports: WebAssembly.Imports, now: () => number): WebAssembly.Imports {
  const calls = Object.entries(imports).flatMap(([module, names]) =>
    Object.keys(names).map((name) => ({ module, name, call: names[name] })),
  );
  const clocks = calls.filter(({ call }) => typeof call === 'function' && /\bDate\.now\(\)/.test(String(call)));
  const [clock] = clocks;
  if (clock === undefined || clocks.length > 1)
    throw new Error(`Internal error: of the imports of QuickJS, ${clocks.length} tell the time`);
  return { ...imports, [clock.module]: { ...imports[clock.module], [clock.name]: now } };
}

/** Emscripten writes an environment of the program's name and language, whose length must not decide where all else lies. */
function paddedName(): string {
  const { navigator } = globalThis as { navigator?: { language?: string } };
  return 'hwfe'.padEnd(64 - (navigator?.language ?? 'C').length, '.');
}

/** The package's own JavaScript is part of the bundle, so its file is looked up from where the package stands. */
export function quickJSCode(): Uint8Array<ArrayBuffer> {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('quickjs-emscripten'));
  return readFileSync(theirs.resolve('@jitl/quickjs-wasmfile-release-sync/wasm'));
}
