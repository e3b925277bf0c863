/** WASI commands: inputs on stdin, the output from stdout. */
import { isUtf8 } from 'node:buffer';
import type { Outcome, RunnerContext } from '../contract.ts';
import { Capture, shownAndKept } from '../process/capture.ts';
import { withRecords } from '../kinds/records.ts';
import { outputTooLarge } from '../limits.ts';
import { firstJsonLine } from '../shell/output.ts';
import { canonicalise, type Encoded, encode, inputsText } from '../value.ts';
import {
  failed,
  grantedTo,
  instantiate,
  outputInvalid,
  positionOf,
  tellMemory,
  trapped,
  unknownImport,
  unwritten,
  notRunnable,
  type WasmStep,
} from './instance.ts';
import { Exit, Wasi } from './wasi.ts';

/** Runs the export `_start` to its end, or to its `proc_exit`. */
export function runCommand(step: WasmStep, context: RunnerContext): Outcome {
  const { job, script } = step;
  const held = new HeldText((text) => context.print('stdout', text));
  const sizes = shownAndKept(job.limits);
  const stdout = new Capture('stdout', { ...context, print: (_, text) => held.take(text) }, sizes);
  const stderr = new Capture('stderr', context, sizes);
  const wasi = new Wasi({
    args: [script.module, ...(script.args ?? []).map(String)],
    env: job.env,
    stdin: withRecords(inputsText(job.inputs)),
    ...grantedTo(step),
    write: (stream, bytes) => (stream === 'stdout' ? stdout : stderr).take(Buffer.from(bytes)),
  });
  const unknown = unknownImport(step.loaded, wasi);
  if (unknown !== undefined)
    return notRunnable(step, `The module "${script.module}" imports "${unknown}", which nothing here provides`);
  let status = 0;
  try {
    (instantiate(step, wasi).exports._start as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) {
      held.release();
      return trapped(step, error, wasi);
    }
    status = error.status;
  } finally {
    tellMemory(wasi, context);
  }
  const isWritten = wasi.finish();
  if (status !== 0) {
    held.release();
    return failed({ reason: 'exited', status, lastLines: stderr.lastLines(), position: positionOf(script) });
  }
  return isWritten ? output(step, stdout, stderr, held) : unwritten(step);
}

/** All of stdout if that is one JSON value, else by the shell's rule. */
function output(step: WasmStep, stdout: Capture, stderr: Capture, held: HeldText): Outcome {
  const { limits } = step.job;
  const printed = stdout.bytes();
  const text = isUtf8(printed) ? printed : Buffer.from(printed.toString());
  const whole = stdout.overflowed ? undefined : wholeValue(text);
  if (whole !== undefined) return finished(step, whole);
  held.release();
  const line = firstJsonLine(text);
  if (line !== undefined) return finished(step, line);
  if (stdout.overflowed || stderr.overflowed) return failed(outputTooLarge(stdout.size + stderr.size, limits));
  return finished(
    step,
    encode({ exit_code: 0, stderr: stderr.bytes().toString().trim(), stdout: text.toString().trim() }),
  );
}

/** Nothing if it is not JSON; a JSON value that is refused, such as one nested too deep, is refused here too. */
function wholeValue(text: Buffer): Encoded | undefined {
  if (text.length === 0) return undefined;
  const value = canonicalise(text);
  return value.ok || value.message.startsWith('output') ? value : undefined;
}

function finished(step: WasmStep, value: Encoded): Outcome {
  if (!value.ok) return outputInvalid(step, value.message);
  const { limits } = step.job;
  if (value.value.length > limits.output) return failed(outputTooLarge(value.value.length, limits));
  return { ok: true, output: value.value, warnings: value.warnings };
}

/** Keeps back what may turn out to be the output; the first character that is not a space decides. */
class HeldText {
  readonly #print: (text: string) => void;
  #held: string[] = [];
  #released = false;

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  take(text: string): void {
    this.#held.push(text);
    if (this.#released) this.release();
    else if (/^\s*[^\s[{"\d-]/.test(this.#held[0]!)) this.release();
  }

  release(): void {
    this.#released = true;
    const text = this.#held.join('');
    this.#held = [];
    if (text !== '') this.#print(text);
  }
}
