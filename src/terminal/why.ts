/** Says in words why a step ran, was taken from the cache, failed or was skipped. */
import type { StepRecord } from '../model/record.ts';
import { describeFailure } from '../model/failure.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';
import { describeSkip } from './words.ts';

export interface ShownCause {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
  readonly behind?: { readonly step: string; readonly causes: readonly ShownCause[] };
}

export interface ShownExplanation {
  readonly step: StepRecord;
  readonly isCached: boolean;
  readonly earlier?: { readonly run: string; readonly causes: readonly ShownCause[] };
}

export function renderWhy({ step, isCached, earlier }: ShownExplanation, run: string, style: Style): string[] {
  const name = style.bold(visible(step.name));
  if (step.cached !== undefined) {
    return [`${name} did not run in ${run}: "${step.cached.step}" of ${step.cached.run} had done the same`];
  }
  if (step.skipped !== undefined) return [`${name} was skipped in ${run}: ${visible(describeSkip(step.skipped))}`];
  if (step.status === 'waiting') return [`${name} has not run in ${run}`];
  const how =
    step.failure === undefined ? 'ran' : `ran and failed (${visible(describeFailure(step.failure).split('\n')[0]!)})`;
  const head = `${name} ${how} in ${run}`;
  const note =
    isCached || step.failure !== undefined
      ? []
      : [
          'It runs each time: neither the step nor its workflow says that it may be cached, or it is a shell or native step that does not tell what it reads.',
        ];
  if (earlier === undefined) return [`${head}; no earlier run of the workflow has done it`, ...note];
  if (earlier.causes.length === 0) return [`${head}, though nothing is known to differ from ${earlier.run}`, ...note];
  return [`${head}; since ${earlier.run} this has changed:`, ...causeLines(earlier.causes, '  ', style), ...note];
}

export function causeLines(causes: readonly ShownCause[], indent: string, style: Style): string[] {
  return causes.flatMap(({ what, before, after, behind }) => {
    const isLine = what === 'code' && before !== undefined && after !== undefined;
    const change =
      before === undefined || after === undefined || isLine ? '' : `: ${visible(before)} → ${visible(after)}`;
    const lines = [`${indent}${visible(what)}${change}`];
    if (isLine)
      lines.push(`${indent}  ${style.red(`- ${visible(before)}`)}`, `${indent}  ${style.green(`+ ${visible(after)}`)}`);
    if (behind !== undefined && behind.causes.length > 0) {
      lines.push(
        `${indent}  since this has changed for "${visible(behind.step)}":`,
        ...causeLines(behind.causes, `${indent}    `, style),
      );
    }
    return lines;
  });
}
