/** Function modules: an export that takes numbers and returns numbers, or a status code. */
import type { Outcome, RunnerContext } from '../contract.ts';
import { withRecords } from '../kinds/records.ts';
import { canonicalise, encode, formatFloat } from '../value.ts';
import { instantiate, failed, grantedTo, notRunnable, positionOf, trapped, type WasmStep } from './instance.ts';
import type { Signature, ValueType } from './signatures.ts';
import { summarise } from './summary.ts';
import { Exit, Wasi } from './wasi.ts';

type Value = number | bigint;

/** Without `args`, a function `() -> i32` answers with a status code, as in the original engine. */
export function runFunction(step: WasmStep, signature: Signature, wasi: Wasi): Outcome {
  const { script } = step;
  const args = readArguments(step, signature);
  if ('message' in args) return notRunnable(step, args.message);
  let result: unknown;
  try {
    const call = instantiate(step, wasi).exports[script.func] as (...args: Value[]) => unknown;
    result = call(...args.values);
  } catch (error) {
    if (error instanceof Exit)
      return failed({ reason: 'exited', status: error.status, lastLines: [], position: positionOf(script) });
    return trapped(step, error, wasi);
  }
  const isStatus = script.args === undefined && signature.results.length === 1 && signature.results[0] === 'i32';
  return isStatus ? statusOutcome(step, result as number) : valueOutcome(signature, result);
}

function readArguments(step: WasmStep, signature: Signature): { values: Value[] } | { message: string } {
  const { func, args = [] } = step.script;
  const { params, results } = signature;
  if ([...params, ...results].includes('other'))
    return {
      message: `The function "${func}" takes or returns something else than numbers, which a step cannot give or take`,
    };
  if (args.length !== params.length) {
    const wanted =
      params.length === 0
        ? 'no arguments'
        : `${params.length} argument${params.length === 1 ? '' : 's'} (${params.join(', ')})`;
    return { message: `The function "${func}" takes ${wanted}, and args has ${args.length}` };
  }
  const values: Value[] = [];
  for (const [i, type] of params.entries()) {
    const value = argument(args[i]!, type);
    if (value === undefined)
      return { message: `The function "${func}" takes ${RANGES[type]} as argument ${i + 1}, not ${shown(args[i]!)}` };
    values.push(value);
  }
  return { values };
}

const RANGES: Readonly<Record<ValueType, string>> = {
  i32: 'an integer of 32 bits',
  i64: 'an integer of 64 bits',
  f32: 'a number',
  f64: 'a number',
  other: 'something else',
};

/** Integers may be written signed or unsigned. */
function argument(value: number | bigint | string, type: ValueType): Value | undefined {
  if (typeof value === 'string') return undefined;
  if (type === 'f32' || type === 'f64') return Number(value);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
  const integer = BigInt(value);
  const bits = type === 'i32' ? 32n : 64n;
  if (integer < -(1n << (bits - 1n)) || integer >= 1n << bits) return undefined;
  return type === 'i32' ? Number(integer) : integer;
}

function shown(value: number | bigint | string): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** What the function returned: nothing is null, several values are an array. */
function valueOutcome({ results }: Signature, result: unknown): Outcome {
  const values =
    results.length === 0 ? [] : results.length === 1 ? [result as Value] : [...(result as Iterable<Value>)];
  const texts = values.map((value, i) => numberText(value, results[i]!));
  const text = texts.length === 1 ? texts[0]! : texts.length === 0 ? 'null' : `[${texts.join(',')}]`;
  const encoded = canonicalise(Buffer.from(text));
  if (!encoded.ok) throw new Error(`Internal error: numbers made no JSON: ${encoded.message}`);
  const first = values.findIndex((value) => typeof value === 'number' && !Number.isFinite(value));
  const place = texts.length === 1 ? 'output' : `output[${first}]`;
  const warnings = first === -1 ? [] : [`${place} is not a finite number, which JSON has no form for; it became null`];
  return { ok: true, output: encoded.value, warnings };
}

function numberText(value: Value, type: ValueType): string {
  if (typeof value === 'bigint') return String(value);
  if (!Number.isFinite(value)) return 'null';
  return type === 'i32' ? String(value) : formatFloat(value);
}

/** 0 is success, 1 to 10 success with a warning, all else failure. */
function statusOutcome(step: WasmStep, code: number): Outcome {
  const { job, script, clock } = step;
  if (code < 0 || code > 10) {
    const message = `WASM function '${script.func}' failed with return code: ${code}`;
    return failed({ reason: 'threw', message, position: positionOf(script) });
  }
  const timestamp = new Date(clock.wall()).toISOString().replace('Z', '+00:00');
  const warning = `WASM processing completed with warning code ${code}`;
  const encoded = encode({
    wasm_execution: {
      module: script.module,
      function: script.func,
      return_code: code,
      status: code === 0 ? 'success' : 'error',
      input_count: job.inputs.size,
    },
    ...(job.inputs.size > 0 && {
      input_summary: new Map([...job.inputs].map(([name, value]) => [name, summarise(withRecords(value))])),
    }),
    processed_data:
      code === 0
        ? { success: true, message: 'WASM processing completed successfully', timestamp }
        : { warning: true, message: warning, timestamp },
  });
  if (!encoded.ok) throw new Error(`Internal error: ${encoded.message}`);
  return { ok: true, output: encoded.value, warnings: code === 0 ? [] : [`${warning} (function "${script.func}")`] };
}

/** What a library module prints goes to the step's log. */
export function libraryWasi(step: WasmStep, context: RunnerContext): Wasi {
  const { job, script } = step;
  const decoder = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  return new Wasi({
    args: [script.module],
    env: job.env,
    stdin: new Uint8Array(0),
    ...grantedTo(step),
    write: (stream, bytes) => context.print(stream, decoder[stream].decode(bytes, { stream: true })),
  });
}
