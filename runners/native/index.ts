/** The native runner: a step in Python, JavaScript or Lua on the host's own interpreter. */
import { closeSync, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Job, Limits, LoadRunner, Outcome, RunnerContext, StepFailure } from '../contract.ts';
import { filesIn, markKinds, newMark } from '../kinds/find.ts';
import { completeFiles, notedAs } from '../kinds/references.ts';
import { RunFiles } from '../kinds/run-files.ts';
import { outputTooLarge, overLimit } from '../limits.ts';
import { memoryNeeds, memoryVariables } from '../memory/variables.ts';
import { Capture } from '../process/capture.ts';
import type { ProcessEnding } from '../process/client.ts';
import { notStarted } from '../process/failure.ts';
import { overLimitOf, withLimits } from '../process/limits.ts';
import { processLinks } from '../process/link.ts';
import type { ProcessLink } from '../process/link.ts';
import { sandboxed, withOwnLink } from '../process/sandbox.ts';
import { unreachable } from '../unreachable.ts';
import { inputsText } from '../value.ts';
import { type Complete, outcomeOf } from './answer.ts';
import { commandFor } from './programs.ts';
import type { NativeRequest } from './request.ts';

/** So much of what a step prints is kept for its failure's last lines. */
const KEPT = 64 * 1024;

export const load: LoadRunner = () => {
  const linkFor = processLinks();
  return Promise.resolve({
    run: async (job, context) => withOwnLink(job, await linkFor(job), (link) => runStep(job, context, link)),
  });
};

async function runStep(job: Job, context: RunnerContext, link: ProcessLink): Promise<Outcome> {
  const { script } = job;
  if (script.kind !== 'code') throw new Error('Internal error: a native step has no code');
  const command = await commandFor(job, link);
  if (!command.ok) return failed({ reason: 'runtime-missing', message: command.message });
  const paths = { inputs: link.path('inputs.json'), answer: link.path('answer'), request: link.path('request.json') };
  const { inputs, answer } = paths;
  const mark = newMark();
  // Sorts behind "$file" and before "size".
  const note = `%${newMark()}`;
  const given = inputsText(job.inputs);
  const marked = markKinds(given, mark);
  const files = new RunFiles(job.workdir);
  // Plain Lua has no SHA-256: what comes and what goes is looked at here.
  const isLua = job.language === 'lua';
  const refusals = isLua && marked !== undefined ? refusalsOf(given, files) : undefined;
  const complete: Complete = (value) => (isLua ? completeFiles(value, notedAs(note), files) : { ok: true, value });
  const request: NativeRequest = {
    code: script.code,
    ...script.origin,
    step: job.step,
    embedded: false,
    inputs,
    answer,
    directory: job.grants?.directory ?? job.cwd,
    workdir: job.workdir,
    note,
    ...(marked !== undefined && { mark }),
    ...(refusals !== undefined && { refusals }),
  };
  writeFileSync(paths.request, JSON.stringify(request), { mode: 0o600 });
  writeFileSync(inputs, marked ?? given, { mode: 0o600 });
  const shown = job.limits.stdout ?? Number.POSITIVE_INFINITY;
  const stderr = new Capture('stderr', context, { shown, kept: KEPT, keep: 'last' });
  const stdout = new Capture('stdout', context, { shown, kept: 0, keep: 'first' });
  const argv = [...command.argv, paths.request];
  const wanted = job.limits.stdout === undefined ? {} : { wanted: { stdout: job.limits.stdout } };
  const limited = withLimits({ argv, cwd: job.cwd, env: environment(job), ...wanted }, job.limits);
  const ending = await link.client.run(
    sandboxed(limited, job, link.directory, () => [...command.needs, ...memoryNeeds(job)]),
    (stream, chunk) => (stream === 'stdout' ? stdout : stderr).take(chunk),
    context.stopped,
  );
  if ('unwanted' in ending) stdout.leaveOut(ending.unwanted?.stdout);
  if ('spent' in ending && ending.spent !== undefined) context.spent?.(ending.spent);
  const outcome = context.stopped.aborted
    ? failed({ reason: 'cancelled' })
    : settle(job, ending, answer, stderr, complete);
  for (const path of Object.values(paths)) rmSync(path, { recursive: true, force: true });
  return outcome;
}

/** By hash and path, why a file of the inputs is not to be read. */
function refusalsOf(inputs: Uint8Array, files: RunFiles): Record<string, string> {
  return Object.fromEntries(
    filesIn(inputs).flatMap((file) => {
      const checked = files.check(file);
      return checked.ok ? [] : [[`${file.sha256} ${file.path}`, checked.message]];
    }),
  );
}

function environment(job: Job): Readonly<Record<string, string>> {
  return {
    ...job.env,
    HWFE_RUN_ID: job.run,
    HWFE_STEP: job.step,
    HWFE_ATTEMPT: String(job.attempt),
    HWFE_WORKDIR: job.workdir,
    ...memoryVariables(job),
  };
}

function settle(job: Job, ending: ProcessEnding, answer: string, stderr: Capture, complete: Complete): Outcome {
  if (ending.kind === 'failed' || ending.kind === 'lost') return failed(notStarted(job, ending));
  const lastLines = stderr.lastLines();
  const failure = overLimitOf(ending, job, lastLines.join('\n'));
  if (failure !== undefined) return failed(failure);
  const outcome = readAnswer(answer, job.limits, complete);
  if (outcome !== undefined) return outcome.ok ? outcome : withFileLimit(outcome, job);
  switch (ending.kind) {
    case 'killed':
      return failed({ reason: 'killed', signal: ending.signal, lastLines });
    case 'exited':
      if (ending.status !== 0) return failed({ reason: 'exited', status: ending.status, lastLines });
      return failed({ reason: 'threw', message: 'Return from run: the step left its process before run had returned' });
    default:
      return unreachable(ending);
  }
}

/** Python and Node are told that a file may not grow, and raise it as an error. */
function withFileLimit(outcome: Outcome & { ok: false }, { limits }: Job): Outcome {
  const { failure } = outcome;
  const isForFile = failure.reason === 'threw' && /EFBIG|File too large/.test(failure.message);
  return isForFile && limits.files !== undefined ? { ...outcome, failure: overLimit('files', limits) } : outcome;
}

/** Nothing when the program left none, or ended while it wrote. */
function readAnswer(path: string, limits: Limits, complete: Complete): Outcome | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(file);
    // A status and spaces come on top of the text, but not without end.
    return size > 4 * limits.output + 64 * 1024
      ? failed(outputTooLarge(size, limits))
      : outcomeOf(readFileSync(file), limits, complete);
  } finally {
    closeSync(file);
  }
}

function failed(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}
