/** Says in a few words when a step runs, for drawings of a plan. */
import { formatDuration } from '../model/duration.ts';
import type { Step } from '../model/workflow.ts';

/** `if inputs.deploy`, `run_if all_done`, `switch output.kind`: empty for most steps. */
export function conditionsOf({ condition, runIf, branches, loop, retryIf, deadlineMs, ignoreFailure }: Step): string[] {
  return [
    ...(condition === undefined ? [] : [`if ${oneLine(condition.text)}`]),
    ...(runIf === undefined ? [] : [runIf.rule === 'at_least' ? `at_least ${runIf.count}` : `run_if ${runIf.rule}`]),
    ...(branches === undefined ? [] : [`switch ${oneLine(branches.on.text)}`]),
    ...(loop === undefined ? [] : [`loop until ${oneLine(loop.until.text)}, at most ${loop.max} times`]),
    ...(retryIf === undefined ? [] : [`retry_if ${oneLine(retryIf.text)}`]),
    ...(deadlineMs === undefined ? [] : [`deadline ${formatDuration(deadlineMs)}`]),
    ...(ignoreFailure === true ? ['ignore_failure'] : []),
  ];
}

/** The value for which a step's `switch` chooses another; nothing where it does not speak of it. */
export function caseFor({ branches }: Step, dependant: string): string | undefined {
  if (branches === undefined) return undefined;
  const words = branches.cases.flatMap(([word, steps]) => (steps.includes(dependant) ? [word] : []));
  const all = branches.others.includes(dependant) ? [...words, 'default'] : words;
  return all.length === 0 ? undefined : all.join(', ');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
