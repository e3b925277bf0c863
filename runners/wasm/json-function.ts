/** JSON modules: a function that is handed the inputs' text in memory and hands its output's text back. */
import type { Outcome } from '../contract.ts';
import { withRecords } from '../kinds/records.ts';
import { outputTooLarge } from '../limits.ts';
import { canonicalise, inputsText } from '../value.ts';
import { failed, instantiate, outputInvalid, positionOf, trapped, type WasmStep } from './instance.ts';
import type { LoadedModule } from './modules.ts';
import type { Signature } from './signatures.ts';
import { Exit, type Wasi } from './wasi.ts';

/** Whether the function is one: `memory`, `hwfe_alloc(i32)->i32` and `(i32,i32)->i64`. */
export function isJsonFunction({ module, signatures }: LoadedModule, signature: Signature): boolean {
  const alloc = signatures.get('hwfe_alloc');
  const hasMemory = WebAssembly.Module.exports(module).some(({ name, kind }) => name === 'memory' && kind === 'memory');
  return hasMemory && alloc !== undefined && text(alloc) === 'i32->i32' && text(signature) === 'i32,i32->i64';
}

function text({ params, results }: Signature): string {
  return `${params.join(',')}->${results.join(',')}`;
}

export function runJsonFunction(step: WasmStep, wasi: Wasi): Outcome {
  const { job, script } = step;
  const inputs = withRecords(inputsText(job.inputs));
  let memory: WebAssembly.Memory;
  let packed: bigint;
  try {
    const { exports } = instantiate(step, wasi);
    memory = exports.memory as WebAssembly.Memory;
    const pointer = (exports.hwfe_alloc as (size: number) => number)(inputs.length) >>> 0;
    if (pointer + inputs.length > memory.buffer.byteLength)
      return outputInvalid(
        step,
        `"hwfe_alloc" gave an address beyond the module's memory for ${inputs.length} bytes of inputs`,
      );
    new Uint8Array(memory.buffer).set(inputs, pointer);
    packed = (exports[script.func] as (pointer: number, length: number) => bigint)(pointer, inputs.length);
  } catch (error) {
    if (error instanceof Exit)
      return failed({ reason: 'exited', status: error.status, lastLines: [], position: positionOf(script) });
    return trapped(step, error, wasi);
  }
  const pointer = Number(BigInt.asUintN(64, packed) >> 32n);
  const length = Number(BigInt.asUintN(32, packed));
  const { limits } = job;
  if (length > limits.output) return failed(outputTooLarge(length, limits));
  if (pointer + length > memory.buffer.byteLength)
    return outputInvalid(
      step,
      `The function "${script.func}" returned ${length} bytes at ${pointer}, beyond the module's memory`,
    );
  const encoded = canonicalise(new Uint8Array(memory.buffer, pointer, length));
  if (!encoded.ok) {
    const message = encoded.message.startsWith('output')
      ? encoded.message
      : `The output of the function "${script.func}" has to be JSON, but ${encoded.message}`;
    return outputInvalid(step, message);
  }
  if (encoded.value.length > limits.output) return failed(outputTooLarge(encoded.value.length, limits));
  return { ok: true, output: encoded.value, warnings: encoded.warnings };
}
