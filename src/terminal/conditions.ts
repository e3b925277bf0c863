/** Says in a few words when a step runs, for drawings of a plan. */
import { formatDuration } from '../model/duration.ts';
import { nestedWork } from '../model/nested.ts';
import type { Template } from '../model/template.ts';
import { workOf } from './host-work.ts';
import type { Workflow } from '../model/workflow.ts';
import { onlyWaits } from '../model/host-work.ts';
import type { RetryPolicy, Step } from '../model/step.ts';
import type { Over } from '../model/foreach.ts';

/** `if inputs.deploy`, `run_if all_done`, `switch output.kind`: empty for most steps. */
export function conditionsOf(step: Step): string[] {
  const { condition, runIf, branches, loop, foreach, retryIf, deadlineMs, ignoreFailure, timeoutMs, retry } = step;
  return [
    ...workOf(step),
    ...(condition === undefined ? [] : [`if ${oneLine(condition.text)}`]),
    ...(runIf === undefined ? [] : [runIf.rule === 'at_least' ? `at_least ${runIf.count}` : `run_if ${runIf.rule}`]),
    ...(branches === undefined ? [] : [`switch ${oneLine(branches.on.text)}`]),
    ...(loop === undefined ? [] : [`loop until ${oneLine(loop.until.text)}, at most ${loop.max} times`]),
    ...(foreach === undefined
      ? []
      : [`${isMatrix(foreach.over) ? 'matrix' : 'foreach'} ${describeOver(foreach.over)}`]),
    ...(foreach?.maxConcurrent === undefined ? [] : [`max_concurrent ${foreach.maxConcurrent}`]),
    ...(foreach === undefined || foreach.onFailedItem === 'stop' ? [] : [`on_failed_item ${foreach.onFailedItem}`]),
    ...(timeoutMs === undefined || onlyWaits(step) ? [] : [`timeout ${formatDuration(timeoutMs)}`]),
    ...(retry.retries === 0 ? [] : [describeRetries(retry)]),
    ...(retryIf === undefined ? [] : [`retry_if ${oneLine(retryIf.text)}`]),
    ...(deadlineMs === undefined ? [] : [`deadline ${formatDuration(deadlineMs)}`]),
    ...(ignoreFailure === true ? ['ignore_failure'] : []),
    ...rulesInside(step),
    ...boundsOf(step),
  ];
}

function describeRetries({ retries, delayMs, backoff }: RetryPolicy): string {
  const count = `${retries} ${retries === 1 ? 'retry' : 'retries'}`;
  if (backoff === undefined) return delayMs === 0 ? count : `${count} after ${formatDuration(delayMs)} each`;
  return `${count} after ${formatDuration(backoff.baseMs)} x ${backoff.factor} each time, at most ${formatDuration(backoff.maxMs)}`;
}

/** What holds for the steps inside it, where that is not the usual. */
function rulesInside(step: Step): string[] {
  const work = nestedWork(step);
  if (work === undefined) return [];
  const { file, maxParallelSteps: most, failureMode } = work.inside;
  switch (work.kind) {
    case 'workflow':
      return [oneLine(file.path)];
    case 'group':
      return [
        ...(most === undefined ? [] : [`max_concurrent ${most}`]),
        ...(failureMode === undefined ? [] : [`failure_mode ${failureMode}`]),
      ];
    case 'race':
      return work.settle === 'first_success' ? [] : [`settle ${work.settle}`];
  }
}

function boundsOf({ pool, rate, priority, cost, lock }: Step): string[] {
  return [
    ...(pool === undefined ? [] : [`pool ${pool}`]),
    ...(rate === undefined ? [] : [`rate ${rate.text}`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(cost === undefined ? [] : [`cost ${cost}`]),
    ...(lock === undefined ? [] : [`lock ${oneLine(lock.name)}`]),
  ];
}

/** `pool api 2 at 10/s, lock deploy`: what bounds the steps of a workflow beside the cap; empty for most. */
export function boundsOfWorkflow({ pools = [], lock }: Workflow): string[] {
  return [
    ...pools.map(({ name, size, rate }) => {
      const room = size === Number.MAX_SAFE_INTEGER ? '' : ` ${size}`;
      return `pool ${name}${room}${rate === undefined ? '' : ` at ${rate.text}`}`;
    }),
    ...(lock === undefined ? [] : [`lock ${oneLine(lock.name)}`]),
  ];
}

/** The value for which a step's `switch` chooses another; nothing where it does not speak of it. */
export function caseFor({ branches }: Step, dependant: string): string | undefined {
  if (branches === undefined) return undefined;
  const words = branches.cases.flatMap(([word, steps]) => (steps.includes(dependant) ? [word] : []));
  const all = branches.others.includes(dependant) ? [...words, 'default'] : words;
  return all.length === 0 ? undefined : all.join(', ');
}

/** `steps.list.output`, `1 to 9`, `os × node`. */
export function describeOver(over: Over): string {
  switch (over.kind) {
    case 'values':
      return oneLine(over.shown);
    case 'range': {
      const by = shown(over.by);
      return `${shown(over.from)} to ${shown(over.to)}${by === '1' ? '' : ` by ${by}`}`;
    }
    case 'glob':
      return `file ${shown(over.patterns)}`;
    case 'matrix':
      return [...over.axes.map(([name]) => name), ...(over.include === undefined ? [] : ['include'])].join(' × ');
    case 'computed-matrix':
      return shown(over.matrix);
  }
}

export function isMatrix({ kind }: Over): boolean {
  return kind === 'matrix' || kind === 'computed-matrix';
}

function shown(template: Template): string {
  if (template.kind === 'constant') return template.json;
  return template.kind === 'expression' ? oneLine(template.expression.text) : '…';
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
