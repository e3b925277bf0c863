/** What differs between two runs: what was to be done, how steps ended, what they handed on. */
import type { PastRun } from '../model/history.ts';
import { changesBetween, type StepChange } from './changes.ts';
import { compare, type Difference } from './difference.ts';
import type { History } from './history.ts';
import type { PastStep } from './past-step.ts';

export interface StepDifference {
  readonly step: string;
  /** Where they differ; `none` where the run has no such step, `waiting` where it never began. */
  readonly status?: { readonly before: string; readonly after: string };
  readonly output?: Difference;
  /** Milliseconds, where one took over half as long again as the other, and a tenth of a second more. */
  readonly duration?: { readonly before: number; readonly after: number };
}

export interface InputDifference {
  readonly input: string;
  /** JSON; nothing where it was not given. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface RunDifference {
  readonly definition: readonly StepChange[];
  /** Of the workflow, as far as they are kept. */
  readonly inputs: readonly InputDifference[];
  readonly steps: readonly StepDifference[];
  /** How many steps both runs did with the same output. */
  readonly same: number;
}

export function diffRuns(history: History, before: PastRun, after: PastRun): RunDifference {
  const [a, b] = [history.definition(before), history.definition(after)];
  const [old, now] = [history.steps(before), history.steps(after)];
  const inOld = new Set(a?.steps.map(({ name }) => name) ?? old.keys());
  const inNow = new Set(b?.steps.map(({ name }) => name) ?? now.keys());
  const steps: StepDifference[] = [];
  let same = 0;
  for (const step of new Set([...inNow, ...inOld])) {
    const [was, is] = [old.get(step), now.get(step)];
    const found: StepDifference = {
      step,
      ...statusOf(
        inOld.has(step) ? (was?.status ?? 'waiting') : 'none',
        inNow.has(step) ? (is?.status ?? 'waiting') : 'none',
      ),
      ...outputOf(history, was, is),
      ...durationOf(was?.durationMs, is?.durationMs),
    };
    if (Object.keys(found).length > 1) steps.push(found);
    if (was?.output !== undefined && was.output.hash === is?.output?.hash) same += 1;
  }
  const definition = a === undefined || b === undefined ? [] : changesBetween(a, b);
  return { definition, inputs: inputsBetween(before, after), steps, same };
}

function inputsBetween({ options: a }: PastRun, { options: b }: PastRun): InputDifference[] {
  const text = (value: unknown): string | undefined => JSON.stringify(value);
  return [...new Set([...Object.keys(a.inputs ?? {}), ...Object.keys(b.inputs ?? {})])]
    .map((input) => ({ input, before: text(a.inputs?.[input]), after: text(b.inputs?.[input]) }))
    .filter(({ before, after }) => before !== after);
}

function statusOf(before: string, after: string): Pick<StepDifference, 'status'> {
  return before === after ? {} : { status: { before, after } };
}

function outputOf(
  history: History,
  was: PastStep | undefined,
  is: PastStep | undefined,
): Pick<StepDifference, 'output'> {
  if (was?.output === undefined || is?.output === undefined || was.output.hash === is.output.hash) return {};
  const [before, after] = [history.value(was.output), history.value(is.output)];
  const output = before && after && compare(before, after);
  return { output: output ?? { path: '', before: before && 'there', after: after && 'there' } };
}

function durationOf(before = 0, after = 0): Pick<StepDifference, 'duration'> {
  const [less, more] = before < after ? [before, after] : [after, before];
  return less > 0 && more > less * 1.5 && more - less > 100 ? { duration: { before, after } } : {};
}
