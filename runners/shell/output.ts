/** What a shell step hands on: the file it wrote, else the first line of JSON that it printed, else all that it printed. */
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import type { Job, Limits, Outcome, StepFailure } from '../contract.ts';
import type { Capture } from '../process/capture.ts';
import { completeFiles, PRINTED } from '../kinds/references.ts';
import { RunFiles } from '../kinds/run-files.ts';
import { outputTooLarge } from '../limits.ts';
import { canonicalise, encode } from '../value.ts';
import type { Encoded } from '../value.ts';

/** The outcome of a step that ended with status 0. */
export function shellOutput(job: Job, file: string, stdout: Capture, stderr: Capture): Outcome {
  const { limits } = job;
  const written = writtenFile(file, limits);
  if (written.kind === 'refused') return { ok: false, failure: written.failure, warnings: [] };
  if (written.kind === 'text') {
    const value = canonicalise(written.text);
    if (value.ok) return outcome(completed(value, job), limits);
    const message = value.message.startsWith('output')
      ? value.message
      : `The file "$HWFE_OUTPUT" has to hold JSON, but ${value.message}`;
    return { ok: false, failure: { reason: 'output-invalid', message }, warnings: [] };
  }
  const printed = stdout.bytes();
  const warnings: string[] = [];
  const text = isUtf8(printed) ? printed : Buffer.from(printed.toString());
  const line = firstJsonLine(text);
  if (line !== undefined) return outcome(completed(line, job), limits);
  if (stdout.overflowed || stderr.overflowed) {
    const failure = outputTooLarge(stdout.size + stderr.size, limits);
    return { ok: false, failure, warnings };
  }
  if (text !== printed)
    warnings.push('What the step printed is not valid UTF-8; the bytes that are not became "\ufffd"');
  const fallback = encode({ exit_code: 0, stderr: stderr.bytes().toString().trim(), stdout: text.toString().trim() });
  return outcome(fallback, limits, warnings);
}

/** A step that names a file without more leaves its hash and size to us. */
function completed(value: Encoded & { ok: true }, { workdir }: Job): Encoded {
  const files = completeFiles(value.value, PRINTED, new RunFiles(workdir));
  return files.ok ? { ...value, value: files.value } : files;
}

function outcome(value: Encoded, limits: Limits, warnings: readonly string[] = []): Outcome {
  if (!value.ok) return { ok: false, failure: { reason: 'output-invalid', message: value.message }, warnings };
  const bytes = value.value.length;
  if (bytes > limits.output) return { ok: false, failure: outputTooLarge(bytes, limits), warnings };
  return { ok: true, output: value.value, warnings: [...warnings, ...value.warnings] };
}

const [NEWLINE, OPEN, CLOSE] = [0x0a, 0x7b, 0x7d];

/** The first line that, trimmed, starts with `{`, ends with `}` and parses. */
export function firstJsonLine(text: Buffer): (Encoded & { ok: true }) | undefined {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf(NEWLINE, start);
    const end = newline === -1 ? text.length : newline;
    const [from, to] = trimmed(text, start, end);
    if (to - from >= 2 && text[from] === OPEN && text[to - 1] === CLOSE) {
      const value = canonicalise(text.subarray(from, to));
      if (value.ok) return value;
    }
    start = end + 1;
  }
  return undefined;
}

function trimmed(text: Buffer, start: number, end: number): [number, number] {
  let [from, to] = [start, end];
  while (from < to && isSpace(text[from]!)) from++;
  while (to > from && isSpace(text[to - 1]!)) to--;
  return [from, to];
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

type Written =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: Buffer }
  | { readonly kind: 'refused'; readonly failure: StepFailure };

/** A step may have put a link, a pipe or a directory there; none of them is followed or waited for. */
function writtenFile(path: string, limits: Limits): Written {
  let file: number;
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return { kind: 'none' };
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return refused(`The file "$HWFE_OUTPUT" cannot be read: ${String(error)}`);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return refused('The step made something else than a file of "$HWFE_OUTPUT"; write JSON to it');
    // Spaces are allowed in it, so the text may be longer than the value; but not without end.
    if (stat.size > 4 * limits.output + 1024) return { kind: 'refused', failure: outputTooLarge(stat.size, limits) };
    return { kind: 'text', text: readFileSync(file) };
  } finally {
    closeSync(file);
  }
}

function refused(message: string): Written {
  return { kind: 'refused', failure: { reason: 'output-invalid', message } };
}
