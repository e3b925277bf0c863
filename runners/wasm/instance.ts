/** From a compiled module to an instance: what it may import, and how its own failures are told. */
import type { Job, Outcome, RunnerContext, StepFailure } from '../contract.ts';
import type { StepClock } from '../grants/clock.ts';
import type { Denial } from '../grants/denial.ts';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { StepRandom } from '../grants/random.ts';
import { described, EMBEDDED_MEMORY, size } from '../limits.ts';
import type { LoadedModule } from './modules.ts';
import { WASI_MODULE, type Wasi, type WasiOptions } from './wasi.ts';

export interface WasmStep {
  readonly job: Job;
  readonly script: Extract<Job['script'], { kind: 'module' }>;
  readonly loaded: LoadedModule;
  readonly clock: StepClock;
  readonly random: StepRandom;
  readonly granted: GrantedFiles;
  /** The last act that was denied, whether or not the module noticed. */
  denied?: Denial;
}

/** What of it WASI needs. */
export function grantedTo(step: WasmStep): Pick<WasiOptions, 'clock' | 'random' | 'granted' | 'mostHeld' | 'deny'> {
  const { clock, random, granted, job } = step;
  return {
    clock,
    random,
    granted,
    mostHeld: job.limits.memory ?? EMBEDDED_MEMORY,
    deny: (denial) => {
      step.denied = denial;
    },
  };
}

/**
 * A module is not asked when its memory cannot grow, it is told; most then trap. One that doubles what it has
 * may trap with little over half of the limit in use.
 */
const NEARLY = 0.5;

export function failed(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}

export function notRunnable({ script }: Pick<WasmStep, 'script'>, message: string): Outcome {
  return failed({ reason: 'not-runnable', message, position: positionOf(script) });
}

/** Of a file that the module left open. */
export function unwritten({ script }: Pick<WasmStep, 'script'>): Outcome {
  return failed({
    reason: 'threw',
    message: 'A file that the module wrote cannot be written',
    position: positionOf(script),
  });
}

export function outputInvalid({ script }: WasmStep, message: string): Outcome {
  return failed({ reason: 'output-invalid', message, position: positionOf(script) });
}

/** A trap, guest recursion that the host's stack ended, or an exception of the module's own; anything else is not its doing. */
export function trapped({ job, script }: WasmStep, error: unknown, { memory }: Wasi): Outcome {
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
  const used = memory?.buffer.byteLength ?? 0;
  if (used > (job.limits.memory ?? EMBEDDED_MEMORY) * NEARLY)
    return failed({
      reason: 'limit',
      limit: 'memory',
      message: `WASM function '${script.func}' trapped with ${size(used)} of limits.memory (${described('memory', job.limits)}) in use: ${error.message}`,
    });
  const rows = (error.stack ?? '').split('\n').filter((row) => row.includes('wasm://'));
  return failed({
    reason: 'threw',
    message: `WASM function '${script.func}' trapped: ${error.message}`,
    ...(rows.length > 0 && { trace: rows.join('\n') }),
    position: positionOf(script),
  });
}

/** Of a module that keeps its memory to itself, nothing can be told. */
export function tellMemory({ memory }: Wasi, context: RunnerContext): void {
  if (memory !== undefined) context.spent?.({ memoryBytes: memory.buffer.byteLength });
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
