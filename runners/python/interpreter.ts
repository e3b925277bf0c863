/** One warm interpreter: runs a step, then is put back to what it was before. */
import { StringDecoder } from 'node:string_decoder';
import type { Deadline, Limits, RunnerContext, StepFailure } from '../contract.ts';
import type { BlockingNetwork } from '../grants/blocking-network.ts';
import { MACHINE_CLOCK, type StepClock } from '../grants/clock.ts';
import { MACHINE_RANDOM, type StepRandom } from '../grants/random.ts';
import type { StepMemory } from '../memory/step-memory.ts';
import type { Booted } from './boot.ts';
import { Budget } from './budget.ts';
import { installFiles, type StepFiles } from './files-device.ts';
import { checkpointFiles } from './files.ts';
import { Left, Refused } from './gate.ts';
import type { Answers } from './gate.ts';
import { GROWTH, SIGNALS } from './host-calls.ts';
import { EXCHANGE, RUN_STEP, SEAL } from './interior.ts';
import { grantedMount } from './granted-mount.ts';
import { installMemory } from './memory-device.ts';
import { installNetwork } from './network-device.ts';
import type { Pyodide } from './pyodide.ts';

/** An interpreter that grew by more than this is not worth cleaning. */
const LARGEST_GROWTH = 256 * 1024 * 1024;

/** Most bytes that one write to a stream takes: more would be a string too long for JavaScript. */
const LARGEST_WRITE = 1024 * 1024;

/** `crashed` says what happened; unless it is `intact`, the interpreter must not be used again. `exceeded` is a limit that the step ran into. */
export type Answer = (
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  | { readonly kind: 'crashed'; readonly message: string; readonly intact: boolean }
  /** The step was stopped in the middle; the interpreter can be put back. */
  | { readonly kind: 'late'; readonly failure: StepFailure }
) & {
  readonly exceeded?: 'memory' | 'files' | undefined;
  /** The step has asked for the time, which it may not. */
  readonly askedForTime?: boolean;
  /** Why a file that the step left open is not written. */
  readonly unwritten?: string;
};

export interface StepRequest {
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly verbatim: boolean;
  readonly step: string;
  readonly embedded: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** By which bytes, files and tables in the inputs are known, where there are any. */
  readonly mark?: string;
  /** What is said to a step that asks for random numbers, where it may not. */
  readonly noRandom?: string;
  /** The workflow's directory, where files of the machine are among Python's own. */
  readonly mounted?: string;
  /** The step has a part in the shared memory. */
  readonly memory?: true;
}

/** What a step is given beside its request and its inputs. */
export interface StepSurroundings {
  readonly limits: Limits;
  readonly deadline: Deadline | undefined;
  readonly files: StepFiles;
  readonly network: BlockingNetwork;
  readonly memory: StepMemory | undefined;
  readonly clock: StepClock;
  readonly random: StepRandom;
  readonly print: RunnerContext['print'];
}

export interface Interpreter {
  run(request: StepRequest, inputs: Uint8Array, surroundings: StepSurroundings): Answer;
  /** Bytes of its memory, which never shrinks. */
  readonly size: number;
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

/** Unwinds the whole WebAssembly stack, so that no code of the step can catch it. */
class Late extends Error {
  readonly failure: StepFailure;
  constructor(failure: StepFailure) {
    super('the step has had its time');
    this.failure = failure;
  }
}

/** From a booted interpreter whose packages are loaded; locks its gate. */
export function interpreterFrom({ python, gate, interior, senses, naps }: Booted): Interpreter {
  const { FS, _module: wasm } = python;
  let print: RunnerContext['print'] = () => undefined;
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const stream = (name: 'stdout' | 'stderr') => ({
    isatty: false,
    write(given: Uint8Array): number {
      const bytes = given.subarray(0, LARGEST_WRITE);
      const text = decoders[name].write(Buffer.from(bytes));
      if (text !== '') print(name, text);
      return bytes.length;
    },
  });
  python.setStdout(stream('stdout'));
  python.setStderr(stream('stderr'));
  // Not through Pyodide's own ways, which it takes apart.
  wasm._PyRun_SimpleString(wasm.stringToNewUTF8(SEAL));
  const command = wasm.stringToNewUTF8(RUN_STEP);
  const [requestFile, inputsFile, answerFile] = ['request', 'inputs', 'answer'].map((name) => `${EXCHANGE}/${name}`);
  const budget = new Budget(python, interior);
  const device = installFiles(python, budget);
  const web = installNetwork(python, budget);
  const shared = installMemory(python);
  const mount = grantedMount(python, budget, senses);
  let deadline: Deadline | undefined;
  const lookAtClock = (): number => {
    const failure = deadline?.passed();
    if (failure !== undefined) throw new Late(failure);
    return 0;
  };
  gate.lock({ ...answersFor(python, budget), [SIGNALS]: lookAtClock });
  wasm.HEAPU8[wasm._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1;
  naps.longest = () => deadline?.leftMs ?? Number.POSITIVE_INFINITY;

  function run(request: StepRequest, inputs: Uint8Array, limits: Limits): Answer {
    FS.writeFile(requestFile!, Buffer.from(JSON.stringify(request)), { canOwn: true });
    FS.writeFile(inputsFile!, inputs, { canOwn: true });
    FS.writeFile(answerFile!, '');
    budget.begin(limits);
    try {
      const status = wasm._PyRun_SimpleString(command);
      const { exceeded } = budget;
      if (gate.ending !== undefined) return { kind: 'crashed', message: gate.ending.message, intact: false, exceeded };
      // It came back by itself, so that nothing is left but memory and files.
      if (status !== 0) return { kind: 'crashed', message: 'its interpreter lost control', intact: true, exceeded };
      return { kind: 'answer', bytes: FS.readFile(answerFile!), exceeded };
    } catch (error) {
      if (error instanceof Late) return { kind: 'late', failure: error.failure };
      return { kind: 'crashed', message: crashMessage(error), intact: false, exceeded: budget.exceeded };
    } finally {
      budget.end();
    }
  }

  const warmUp = { code: WARM_UP, file: 'warm-up', line: 1, verbatim: true, step: 'warm-up', embedded: true, env: {} };
  const warm = run(warmUp, Buffer.from('{"x":[1]}'), { output: WARM_UP.length });
  if (warm.kind === 'crashed') throw new Error(`Internal error: Python does not run its first step: ${warm.message}`);
  wasm._PyRun_SimpleString(wasm.stringToNewUTF8('import _hwfe; _hwfe.gc.freeze()'));
  for (const file of [requestFile!, inputsFile!, answerFile!]) FS.unlink(file);
  budget.rest();
  const files = checkpointFiles(FS);
  const memory = wasm.HEAPU8.slice();
  const top = interior.emscripten_stack_get_current();

  return {
    run(request, inputs, { limits, deadline: until, files, network, memory: sharing, clock, random, print: into }) {
      print = into;
      deadline = until;
      device.files = files;
      web.network = network;
      shared.memory = sharing;
      senses.begin(clock, random);
      mount.begin(files.granted);
      const answer = run(
        mount.isThere ? { ...request, mounted: files.granted.reach.directory } : request,
        inputs,
        limits,
      );
      const unwritten = answer.kind === 'answer' ? mount.finish() : undefined;
      if (unwritten !== undefined) return { ...answer, unwritten };
      return senses.askedForTime ? { ...answer, askedForTime: true } : answer;
    },
    get size() {
      return wasm.HEAPU8.length;
    },
    restore() {
      print = () => undefined;
      deadline = undefined;
      device.files = undefined;
      web.network = undefined;
      shared.memory = undefined;
      mount.end();
      senses.begin(MACHINE_CLOCK, MACHINE_RANDOM);
      interior._emscripten_stack_restore(top);
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

/** What needs the interpreter at hand to be answered. */
function answersFor({ _module: wasm }: Pyodide, budget: Budget): Answers {
  const libraries = new Set(Object.keys(wasm.LDSO.loadedLibsByName));
  return {
    [GROWTH]: (_original, [bytes]) => (budget.growTo(Number(bytes) >>> 0) ? 1 : 0),
    // Libraries of packages were loaded before; no other code is.
    _dlopen_js: (original, args) => (libraries.has(libraryAt(wasm, Number(args[0]))) ? original(...args) : 0),
    _dlsym_js: (original, args) => (libraries.size > LIBRARIES_AT_REST ? original(...args) : 0),
  };
}

/** Python's own program counts as one. */
const LIBRARIES_AT_REST = 1;
/** Where the C library keeps the path of a library that it opens. */
const PATH_OFFSET = 36;

function libraryAt({ PATH, UTF8ToString }: Pyodide['_module'], handle: number): string {
  return PATH.normalize(UTF8ToString((handle >>> 0) + PATH_OFFSET));
}

function crashMessage(error: unknown): string {
  if (error instanceof Refused || error instanceof Left) return error.message;
  if (error instanceof RangeError) return "it went deeper than the interpreter's stack";
  return error instanceof Error ? error.message : String(error);
}
