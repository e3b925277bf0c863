/** Says in words how a step failed, where, and what to do about it. */
import type { Position, StepFailure } from '../../runners/contract.ts';
import { describeFailure } from '../model/failure.ts';
import type { SourceFile, Span } from '../model/source.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Step } from '../model/step.ts';
import { excerpt } from './excerpt.ts';
import type { Style } from './style.ts';
import { visible, visibleLine } from './visible.ts';
import { wrap } from './width.ts';

/** What a person can do about it; nothing where there is nothing to do. */
function adviceFor(failure: StepFailure, step: Step): string | undefined {
  switch (failure.reason) {
    case 'threw':
      return step.retry.retries === 0
        ? 'Mend the code there, or give the step `retries` if the error may pass by itself.'
        : 'Mend the code there; every attempt ended like this.';
    case 'not-runnable':
      return step.language === 'shell'
        ? 'Mend the code there; a shell runs what stands above it.'
        : 'Mend the code there; it never ran.';
    case 'exited':
      return 'Mend the command that failed; `set -x` at the top of the code shows each one as it runs.';
    case 'killed':
      return failure.signal === 'SIGKILL'
        ? 'Another program ended it, often because the machine was out of memory; let the step need less of it.'
        : 'Another program or the step itself sent that signal; find out which.';
    case 'output-invalid':
      return 'Let the step hand on something that JSON has a form for.';
    case 'not-granted':
      return failure.message.includes('the permissions of the workflow')
        ? `Grant the workflow \`${failure.grant}\` if its step is to do that.`
        : `Grant the step \`${failure.grant}\` if it is to do that.`;
    case 'limit':
      return `Raise \`${failure.limit}\` in the step's \`limits\`, or let the step ${failure.limit === 'output' ? 'hand on' : 'use'} less.`;
    case 'runtime-missing':
      return 'Install what is missing on this machine, or name another place for it in config.toml (`hwfe config` shows what is set).';
    case 'action':
      return step.retry.retries === 0
        ? 'Mend what the step asks for, or give it `retries` if it may pass by itself.'
        : 'Mend what the step asks for; every attempt ended like this.';
    case 'asserted':
      return 'Mend what gives the value that is wrong, or what the step asserts of it.';
    case 'expression':
      if (
        step.loop !== undefined &&
        failure.expression === step.loop.until.text &&
        failure.message.includes('was done')
      )
        return 'Raise `max` of its loop, or mend what `until` waits for.';
      return 'Give it another value with default(…), or mend the step that it reads.';
    case 'items':
      return 'Mend what they failed of; `hwfe resume` does those again that have not succeeded.';
    case 'rejected':
      return undefined;
    case 'steps-failed':
      return 'Mend the steps inside it, or let what follows go on without them (`failure_mode`, `ignore_failure`).';
    case 'timed-out':
      return 'Give the step a longer `timeout`, or see with --print-output what it was doing.';
    case 'cancelled':
      return undefined;
    case 'thread-lost':
      return 'Its interpreter died under it, often of memory; let the step work on less at a time.';
    default:
      return unreachable(failure);
  }
}

export interface FailureLayout {
  readonly style: Style;
  readonly width: number;
  /** The workflow file. */
  readonly file: SourceFile;
  /** Text of a file that a position names: the workflow, or a step's code beside it. */
  readonly sourceOf: (file: string) => string | undefined;
}

/** What a person needs to mend a failed step; `lastLines` are the last that it printed, raw, or nothing where they were shown. */
export function renderFailure(
  step: Step,
  failure: StepFailure,
  lastLines: readonly string[] | undefined,
  layout: FailureLayout,
): string[] {
  const { style } = layout;
  const [first = '', ...more] = describeFailure(failure).split('\n').map(visible);
  const isSentence = failure.reason === 'exited' || failure.reason === 'killed' || failure.reason === 'timed-out';
  const title = `${style.bold(visible(step.name))} ${isSentence ? first : `failed: ${first}`}`;
  const lines = [`${style.red('✗')} ${title}`, ...indent(more)];
  lines.push(...indent(place(failure, step, layout)));
  const trace = failure.reason === 'threw' ? linesOf(failure.trace ?? '') : [];
  if (trace.length > 0) lines.push(...indent(trace.map((line) => style.dim(visibleLine(line)))));
  const printed = lastLines?.length === 0 && 'lastLines' in failure ? failure.lastLines : (lastLines ?? []);
  if (printed.length > 0) {
    lines.push(`  ${style.dim(`last lines of ${visible(step.name)}:`)}`);
    lines.push(...printed.slice(-LAST_LINES).map((line) => `  ${style.dim('│')} ${visibleLine(line)}`));
  }
  const advice = adviceFor(failure, step);
  if (advice !== undefined) {
    const [start = '', ...rest] = wrap(advice, layout.width - 5);
    lines.push(`  ${style.cyan('→')} ${start}`, ...rest.map((line) => `    ${line}`));
  }
  return lines;
}

/** How many printed lines a failure shows. */
export const LAST_LINES = 15;

/** The place the failure names, else the step's name in the workflow file. */
function place(failure: StepFailure, step: Step, { style, width, sourceOf, file }: FailureLayout): string[] {
  const position = 'position' in failure ? failure.position : undefined;
  if (position === undefined) return excerpt(file, step.span, style, width - 2);
  const text = sourceOf(position.file);
  const span = text === undefined ? undefined : spanOfLine(text, position);
  if (text === undefined || span === undefined) {
    return [`${style.cyan('-->')} ${visible(position.file)}:${position.line}`];
  }
  return excerpt({ path: position.file, text }, span, style, width - 2);
}

/** The word at the position's column, or the whole line's text where no column is known. */
function spanOfLine(text: string, { line, column }: Position): Span | undefined {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const next = text.indexOf('\n', start);
    if (next === -1) return undefined;
    start = next + 1;
  }
  const end = text.indexOf('\n', start);
  const content = text.slice(start, end === -1 ? text.length : end);
  const first = column === undefined ? content.length - content.trimStart().length : column - 1;
  const length = column === undefined ? content.trim().length : (/^\w+/.exec(content.slice(first))?.[0].length ?? 1);
  return { start: start + Math.min(first, content.length), end: start + first + Math.max(1, length) };
}

function linesOf(text: string): string[] {
  return text.trim() === '' ? [] : text.trimEnd().split('\n');
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
