/** Shows what differs between two runs, or between the records that one step handed on in each. */
import { formatDuration } from '../model/duration.ts';
import { renderChanges, type ShownChange } from './changes.ts';
import { renderDifference } from './difference.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';

type ShownDifference = Parameters<typeof renderDifference>[0];

export interface ShownRunDifference {
  readonly definition: readonly ShownChange[];
  readonly inputs: readonly {
    readonly input: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
  readonly steps: readonly {
    readonly step: string;
    readonly status?: { readonly before: string; readonly after: string };
    readonly output?: ShownDifference;
    readonly duration?: { readonly before: number; readonly after: number };
  }[];
  readonly same: number;
}

export function renderRunDifference({ definition, inputs, steps, same }: ShownRunDifference, style: Style): string[] {
  const head = (text: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [style.bold(text), ...lines];
  const lines = [
    ...head('In the workflow', renderChanges(definition, style)),
    ...head(
      'In the inputs',
      inputs.map(({ input, before, after }) => `  ${renderDifference({ path: input, before, after })}`),
    ),
    ...head(
      'In the runs',
      steps.flatMap(({ step, status, output, duration }) => [
        `  ${visible(step)}`,
        ...(status === undefined ? [] : [`      status: ${status.before} → ${status.after}`]),
        ...(output === undefined ? [] : [`      output: ${renderDifference(output)}`]),
        ...(duration === undefined
          ? []
          : [`      took: ${formatDuration(duration.before)} → ${formatDuration(duration.after)}`]),
      ]),
    ),
  ];
  const count = `${same === 1 ? '1 output is' : `${same} outputs are`} the same.`;
  return lines.length === 0 ? [`Nothing differs; ${count}`] : [...lines, style.dim(count)];
}

const MOST = 20;

export function renderRecordsDifference(
  found: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly key: string; readonly difference: ShownDifference }[];
    readonly same: number;
  },
  style: Style,
): string[] {
  const { added, removed, changed, same } = found;
  const some = (lines: readonly string[]): string[] =>
    lines.length > MOST
      ? [...lines.slice(0, MOST), style.dim(`  … ${lines.length - MOST} more (all of them: --json)`)]
      : [...lines];
  return [
    ...some(removed.map((key) => style.red(`- ${visible(key)}`))),
    ...some(added.map((key) => style.green(`+ ${visible(key)}`))),
    ...some(
      changed.map(({ key, difference }) => `${style.yellow('~')} ${visible(key)}  ${renderDifference(difference)}`),
    ),
    `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${same} the same`,
  ];
}
