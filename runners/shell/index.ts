/** The shell runner: a step is a bash process of the host. */
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import type { Job, LoadRunner, Outcome, RunnerContext, Script, StepFailure } from '../contract.ts';
import { memoryNeeds } from '../memory/variables.ts';
import { Capture, shownAndKept } from '../process/capture.ts';
import type { ProcessEnding } from '../process/client.ts';
import { notStarted } from '../process/failure.ts';
import { processLinks } from '../process/link.ts';
import { overLimitOf, withLimits } from '../process/limits.ts';
import type { ProcessLink } from '../process/link.ts';
import { installationOf, sandboxed, withOwnLink } from '../process/sandbox.ts';
import { unreachable } from '../unreachable.ts';
import { stepEnvironment, stepFiles } from './environment.ts';
import type { StepFiles } from './environment.ts';
import { bashism, findShell } from './interpreter.ts';
import type { Shell } from './interpreter.ts';
import { shellOutput } from './output.ts';
import { failingPosition, syntaxError } from './position.ts';
import { shellScript } from './script.ts';

type Code = Script & { readonly kind: 'code' };

/** Linux takes 128 KiB in one argument; a longer script goes into a file. */
const LONGEST_ARGUMENT = 120 * 1024;

export const load: LoadRunner = () => {
  const linkFor = processLinks();
  return Promise.resolve({
    run: async (job, context) => withOwnLink(job, await linkFor(job), (link) => runStep(job, context, link)),
  });
};

async function runStep(job: Job, context: RunnerContext, link: ProcessLink): Promise<Outcome> {
  const { script } = job;
  if (script.kind !== 'code') throw new Error('Internal error: a shell step has no code');
  const shell = findShell(job);
  if (shell === undefined) return failed(shellMissing(job));
  if (script.code.includes('\0')) {
    return failed({ reason: 'not-runnable', message: 'The code has a NUL character in it, which no shell can read' });
  }
  const files = stepFiles(link);
  const { env, directory } = stepEnvironment(job, link, files);
  const { limits } = job;
  const sizes = shownAndKept(limits);
  const stdout = new Capture('stdout', context, sizes);
  const stderr = new Capture('stderr', context, sizes);
  const scriptFile = link.path('script');
  const argv = command(script, shell, files, scriptFile);
  const most = Math.max(sizes.shown, sizes.kept);
  const wanted = most === Number.POSITIVE_INFINITY ? {} : { wanted: { stdout: most, stderr: most } };
  const limited = withLimits({ argv, cwd: job.cwd, env, ...wanted }, limits);
  const request = sandboxed(limited, job, link.directory, () => [
    ...installationOf(shell.program),
    ...memoryNeeds(job),
  ]);
  const take = (stream: 'stdout' | 'stderr', chunk: Buffer): void =>
    (stream === 'stdout' ? stdout : stderr).take(chunk);
  const ending = await link.client.run(request, take, context.stopped);
  if ('unwanted' in ending) {
    stdout.leaveOut(ending.unwanted?.stdout);
    stderr.leaveOut(ending.unwanted?.stderr);
  }
  if ('spent' in ending && ending.spent !== undefined) context.spent?.(ending.spent);
  const outcome = settle(job, script, context, files, ending, stdout, stderr);
  for (const path of outcome.ok ? [files.output] : [files.output, files.line])
    if (isThere(path)) rmSync(path, { recursive: true, force: true });
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  if (argv[1] === scriptFile) rmSync(scriptFile, { force: true });
  const chosen = job.interpreter !== undefined && job.interpreter !== 'sh' && job.interpreter !== 'bash';
  const needs = shell.isBash || chosen ? undefined : bashism(script.code);
  if (needs === undefined) return outcome;
  const warning = `Install bash: the code uses ${needs}, and ${shell.program}, which ran it, may read that differently`;
  return { ...outcome, warnings: [warning, ...outcome.warnings] };
}

/** Most steps write none of their files, and an error for each would cost more than this look. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The script's name in the shell's own messages is the workflow file's. */
function command(script: Code, shell: Shell, files: StepFiles, scriptFile: string): string[] {
  const text = shellScript(script.code, script.origin, shell.isBash, files.line);
  if (Buffer.byteLength(text) <= LONGEST_ARGUMENT) return [shell.program, '-c', text, script.origin.file];
  writeFileSync(scriptFile, text, { mode: 0o600 });
  return [shell.program, scriptFile];
}

function settle(
  job: Job,
  script: Code,
  context: RunnerContext,
  files: StepFiles,
  ending: ProcessEnding,
  stdout: Capture,
  stderr: Capture,
): Outcome {
  if (context.stopped.aborted) return failed({ reason: 'cancelled' });
  const lastLines = stderr.lastLines();
  const failure = overLimitOf(ending, job, lastLines.join('\n'));
  if (failure !== undefined) return failed(failure);
  switch (ending.kind) {
    case 'exited': {
      if (ending.status === 0) return shellOutput(job, files.output, stdout, stderr);
      const mistake = syntaxError(lastLines, script.code, script.origin);
      if (mistake !== undefined && ending.status === 2) return failed({ reason: 'not-runnable', ...mistake });
      const position = failingPosition(script.code, script.origin, files.line, lastLines);
      return failed({ reason: 'exited', status: ending.status, lastLines, ...(position && { position }) });
    }
    case 'killed':
      return failed({ reason: 'killed', signal: ending.signal, lastLines });
    case 'failed':
    case 'lost':
      return failed(notStarted(job, ending));
    default:
      return unreachable(ending);
  }
}

function shellMissing(job: Job): StepFailure {
  const message =
    job.interpreter === undefined || job.interpreter === 'bash' || job.interpreter === 'sh'
      ? 'Install bash: the machine has neither bash nor sh in PATH'
      : `Install "${job.interpreter}", or set another interpreter: it is not in PATH`;
  return { reason: 'runtime-missing', message };
}

function failed(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}
