/** WASM steps: functions on numbers, functions on JSON, and WASI commands. */
import type { Job, LoadRunner, Outcome, RunnerContext } from '../contract.ts';
import { clockFor } from '../grants/clock.ts';
import { filesFor } from '../grants/granted-to.ts';
import { randomFor } from '../grants/random.ts';
import { EMBEDDED_MEMORY, overLimit } from '../limits.ts';
import { unreachable } from '../unreachable.ts';
import { runCommand } from './command.ts';
import { libraryWasi, runFunction } from './function.ts';
import { failed, notRunnable, tellMemory, unknownImport, unwritten, usesWasi, type WasmStep } from './instance.ts';
import { isJsonFunction, runJsonFunction } from './json-function.ts';
import { type Loading, ModuleCache } from './modules.ts';

export const load: LoadRunner = (setup) => {
  const cache = new ModuleCache();
  return Promise.resolve({
    run: async (job, context) => {
      const { script } = job;
      if (script.kind !== 'module') throw new Error('Internal error: a WASM step has no module');
      const loading = await cache.load(script, job.limits.memory ?? EMBEDDED_MEMORY);
      if (loading.kind !== 'loaded') return notLoaded(job, script, loading);
      const { loaded } = loading;
      const step: WasmStep = {
        job,
        script,
        loaded,
        clock: clockFor(job.clock),
        random: randomFor(job.random),
        granted: filesFor(job, setup),
      };
      return explained(step, runStep(step, context, setup.wasi));
    },
  });
};

function runStep(step: WasmStep, context: RunnerContext, wasiEnabled: boolean): Outcome {
  const { script, loaded } = step;
  if (!wasiEnabled && usesWasi(loaded)) {
    return failed({
      reason: 'not-granted',
      message: `The module "${script.module}" needs WASI, which is switched off; set runners.wasm.wasi_enabled = true`,
      grant: 'runners.wasm.wasi_enabled = true',
    });
  }
  const exports = WebAssembly.Module.exports(loaded.module);
  const functions = exports.filter(({ kind }) => kind === 'function').map(({ name }) => name);
  if (!functions.includes(script.func)) {
    return functions.includes('_start') ? runCommand(step, context) : notRunnable(step, missing(step, functions));
  }
  if (script.func === '_start') return runCommand(step, context);
  const wasi = libraryWasi(step, context);
  const unknown = unknownImport(loaded, wasi);
  if (unknown !== undefined)
    return notRunnable(step, `The module "${script.module}" imports "${unknown}", which nothing here provides`);
  const signature = loaded.signatures.get(script.func);
  if (signature === undefined)
    return notRunnable(step, `The function "${script.func}" of "${script.module}" has a type that cannot be read`);
  const ended = isJsonFunction(loaded, signature) ? runJsonFunction(step, wasi) : runFunction(step, signature, wasi);
  const outcome = wasi.finish() || !ended.ok ? ended : unwritten(step);
  tellMemory(wasi, context);
  return outcome;
}

/** A module that fails after it was denied something, or ran into a limit, does so because of that, as far as can be told. */
function explained({ denied: last, granted, job }: WasmStep, outcome: Outcome): Outcome {
  const denied = last ?? granted.denied;
  if (outcome.ok) return outcome;
  const { reason } = outcome.failure;
  if (reason !== 'threw' && reason !== 'exited') return outcome;
  if (granted.exceeded !== undefined) return failed(overLimit(granted.exceeded, job.limits));
  if (denied === undefined) return outcome;
  return failed({ reason: 'not-granted', message: denied.message, grant: denied.grant });
}

function missing({ script }: WasmStep, functions: readonly string[]): string {
  const there =
    functions.length === 0
      ? 'it exports no functions'
      : `it exports ${functions.map((name) => `"${name}"`).join(', ')}`;
  return `Function "${script.func}" not found in WASM module "${script.module}": ${there}`;
}

function notLoaded(
  job: Job,
  script: Extract<Job['script'], { kind: 'module' }>,
  loading: Exclude<Loading, { kind: 'loaded' }>,
): Outcome {
  switch (loading.kind) {
    case 'missing':
      return failed({
        reason: 'runtime-missing',
        message: `WASM module file not found: ${script.module}. Please ensure the .wasm file exists.`,
      });
    case 'too-large':
      return failed(overLimit('memory', job.limits));
    case 'unreadable':
      return failed({
        reason: 'runtime-missing',
        message: `The WASM module "${script.module}" cannot be read: ${loading.message}`,
      });
    case 'invalid':
      return notRunnable({ script }, `Failed to load WASM module "${script.module}": ${loading.message}`);
    default:
      return unreachable(loading);
  }
}
