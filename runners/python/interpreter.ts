/** One warm interpreter: runs a step, then is put back to what it was before. */
import { StringDecoder } from 'node:string_decoder';
import type { RunnerContext } from '../contract.ts';
import { checkpointFiles } from './files.ts';
import { EXCHANGE, RUN_STEP } from './interior.ts';
import type { Pyodide } from './pyodide.ts';

/** An interpreter that grew by more than this is not worth cleaning. */
const LARGEST_GROWTH = 256 * 1024 * 1024;

/** `crashed` says what happened; the interpreter must not be used again. */
export type Answer =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  | { readonly kind: 'crashed'; readonly message: string };

export interface StepRequest {
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly verbatim: boolean;
  readonly step: string;
  readonly embedded: boolean;
  readonly env: Readonly<Record<string, string>>;
}

export interface Interpreter {
  run(request: StepRequest, inputs: Uint8Array, print: RunnerContext['print']): Answer;
  /** Puts memory and files back. False when that is not possible: then a new interpreter is needed. */
  restore(): boolean;
}

/** A step that uses what nearly all steps use, so that the checkpoint has it ready. */
const WARM_UP = `
import asyncio, json, math, re, datetime
async def run(inputs):
    await asyncio.sleep(0)
    return {"a": [1, 2.5, None, True, "x"], "b": re.sub("a", "b", json.dumps(inputs["x"])), "c": datetime.date(2000, 1, 1)}
`;

/** From a booted interpreter whose packages are loaded. */
export function interpreterFrom(python: Pyodide): Interpreter {
  const { FS, _module: wasm } = python;
  let print: RunnerContext['print'] = () => undefined;
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const stream = (name: 'stdout' | 'stderr') => ({
    isatty: false,
    write(bytes: Uint8Array): number {
      const text = decoders[name].write(Buffer.from(bytes));
      if (text !== '') print(name, text);
      return bytes.length;
    },
  });
  python.setStdout(stream('stdout'));
  python.setStderr(stream('stderr'));
  python.runPython('import _hwfe; _hwfe._seal()');
  const command = wasm.stringToNewUTF8(RUN_STEP);
  const [requestFile, inputsFile, answerFile] = ['request', 'inputs', 'answer'].map((name) => `${EXCHANGE}/${name}`);

  function run(request: StepRequest, inputs: Uint8Array): Answer {
    FS.writeFile(requestFile!, Buffer.from(JSON.stringify(request)), { canOwn: true });
    FS.writeFile(inputsFile!, inputs, { canOwn: true });
    FS.writeFile(answerFile!, '');
    try {
      if (wasm._PyRun_SimpleString(command) !== 0) return { kind: 'crashed', message: 'its interpreter lost control' };
      return { kind: 'answer', bytes: FS.readFile(answerFile!) };
    } catch (error) {
      return { kind: 'crashed', message: crashMessage(error) };
    }
  }

  const warmUp = { code: WARM_UP, file: 'warm-up', line: 1, verbatim: true, step: 'warm-up', embedded: true, env: {} };
  const warm = run(warmUp, Buffer.from('{"x":[1]}'));
  if (warm.kind === 'crashed') throw new Error(`Internal error: Python does not run its first step: ${warm.message}`);
  wasm._PyRun_SimpleString(wasm.stringToNewUTF8('import _hwfe; _hwfe.gc.freeze()'));
  const files = checkpointFiles(FS, [requestFile!, inputsFile!, answerFile!]);
  const memory = wasm.HEAPU8.slice();

  return {
    run(request, inputs, into) {
      print = into;
      return run(request, inputs);
    },
    restore() {
      print = () => undefined;
      const heap = wasm.HEAPU8;
      if (heap.length - memory.length > LARGEST_GROWTH) return false;
      if (!files.restore()) return false;
      for (const name of ['stdout', 'stderr'] as const) decoders[name].end();
      heap.set(memory);
      heap.fill(0, memory.length);
      return true;
    },
  };
}

/** Emscripten throws its own object when the program leaves. */
function crashMessage(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'status' in error)
    return `it left with status ${String(error.status)}`;
  if (error instanceof RangeError) return "it went deeper than the interpreter's stack";
  return error instanceof Error ? error.message : String(error);
}
