/** From a compiled module to an instance: what it may import, and how its own failures are told. */
import type { Job, Outcome, StepFailure } from '../contract.ts';
import type { LoadedModule } from './modules.ts';
import { WASI_MODULE, type Wasi } from './wasi.ts';

export interface WasmStep {
  readonly job: Job;
  readonly script: Extract<Job['script'], { kind: 'module' }>;
  readonly loaded: LoadedModule;
}

export function failed(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}

export function notRunnable({ script }: Pick<WasmStep, 'script'>, message: string): Outcome {
  return failed({ reason: 'not-runnable', message, position: positionOf(script) });
}

export function outputInvalid({ script }: WasmStep, message: string): Outcome {
  return failed({ reason: 'output-invalid', message, position: positionOf(script) });
}

/** A trap, guest recursion that the host's stack ended, or an exception of the module's own; anything else is not its doing. */
export function trapped({ script }: WasmStep, error: unknown): Outcome {
  if (error instanceof WebAssembly.Exception)
    return failed({
      reason: 'threw',
      message: `WASM function '${script.func}' raised an exception and did not catch it`,
      position: positionOf(script),
    });
  if (error instanceof TypeError)
    return failed({
      reason: 'threw',
      message: `WASM function '${script.func}' trapped: it imports or exports a function with other types than it is used with (${error.message})`,
      position: positionOf(script),
    });
  if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
  const rows = (error.stack ?? '').split('\n').filter((row) => row.includes('wasm://'));
  return failed({
    reason: 'threw',
    message: `WASM function '${script.func}' trapped: ${error.message}`,
    ...(rows.length > 0 && { trace: rows.join('\n') }),
    position: positionOf(script),
  });
}

export function positionOf(script: WasmStep['script']): { file: string; line: number } {
  return { file: script.origin.file, line: script.origin.line };
}

/** Names the first import that nothing here provides. */
export function unknownImport({ module }: LoadedModule, wasi: Wasi): string | undefined {
  const unknown = WebAssembly.Module.imports(module).find(
    (each) => each.module !== WASI_MODULE || each.kind !== 'function' || !(each.name in wasi.imports),
  );
  return unknown === undefined ? undefined : `${unknown.module}.${unknown.name}`;
}

export function usesWasi({ module }: LoadedModule): boolean {
  return WebAssembly.Module.imports(module).some((each) => each.module === WASI_MODULE);
}

/** Also runs what a library module wants run before its functions are called. */
export function instantiate(step: WasmStep, wasi: Wasi): WebAssembly.Instance {
  // A bare object: an import named "toString" must not find Object.prototype's.
  const imports: WebAssembly.Imports = Object.assign(Object.create(null) as object, { [WASI_MODULE]: wasi.imports });
  const instance = new WebAssembly.Instance(step.loaded.module, imports);
  const { memory, _initialize } = instance.exports;
  if (memory instanceof WebAssembly.Memory) wasi.memory = memory;
  if (typeof _initialize === 'function') (_initialize as () => void)();
  return instance;
}
