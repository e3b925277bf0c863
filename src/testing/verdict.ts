/** What of a test's run is not as it was to be. */
import { canonicalise, decode } from '../../runners/value.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import type { RunRecord, StepRecord } from '../model/record.ts';
import type { Span } from '../model/source.ts';
import type { Given, StepExpectation, WorkflowTest } from '../model/suite.ts';
import { compare, firstDifference } from '../store/difference.ts';
import { describeFailure } from '../model/failure.ts';
import type { Golden, GoldenStep } from './golden.ts';
import { mismatch } from './match.ts';
import { ignoredIn } from './prepare.ts';

export interface Complaint {
  /** A sentence. */
  readonly message: string;
  /** Where in the file of tests. */
  readonly span: Span;
}

/** Empty where all is as expected. `golden` counts where the test asks for it. */
export function complaintsOf(test: WorkflowTest, record: RunRecord, golden: Golden | undefined): readonly Complaint[] {
  const found: Complaint[] = [];
  const { expect } = test;
  for (const one of expect.steps) {
    const message = stepComplaint(one, record.steps.get(one.step.text));
    if (message !== undefined)
      found.push({ message, span: (one.output ?? one.includes ?? one.error ?? one.step).span });
  }
  const isFailing = expect.steps.some(({ status }) => status === 'failed');
  const wanted =
    expect.status ?? (golden !== undefined && test.golden ? undefined : isFailing ? 'failed' : 'succeeded');
  if (wanted !== undefined && record.status !== wanted) {
    const message = `the run ${VERBS[record.status]}, and was to ${INFINITIVES[wanted]}${causeOf(record)}`;
    found.push({ message, span: test.span });
  }
  if (expect.outputs !== undefined) {
    const message = valueComplaint('the run returned', expect.outputs, record.outputs ?? Buffer.from('{}'), false);
    if (message !== undefined) found.push({ message, span: expect.outputs.span });
  }
  if (!test.golden) return found;
  if (golden === undefined) {
    const message = 'nothing is recorded of this test yet; record it: hwfe test --update';
    return [...found, { message, span: test.span }];
  }
  return [...found, ...goldenComplaints(test, record, golden).map((message) => ({ message, span: test.span }))];
}

/** What is recorded of a run. */
export function goldenOf({ status, steps }: RunRecord): Golden {
  return {
    status,
    steps: new Map(
      [...steps.values()].map(({ name, status, output, failure }) => [
        name,
        {
          status,
          ...(output !== undefined && { output }),
          ...(failure !== undefined && { error: describeFailure(failure) }),
        },
      ]),
    ),
  };
}

const VERBS: Readonly<Record<string, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
  skipped: 'was skipped',
  parked: 'waits for somebody whom no mock stands in for',
  pending: 'waits for somebody whom no mock stands in for',
};
const INFINITIVES: Readonly<Record<string, string>> = {
  succeeded: 'succeed',
  failed: 'fail',
  cancelled: 'be cancelled',
  skipped: 'be skipped',
};

function stepComplaint(expected: StepExpectation, step: StepRecord | undefined): string | undefined {
  const name = `"${expected.step.text}"`;
  if (step === undefined) return `${name} was no part of the run`;
  const { status = 'succeeded', output, includes, error } = expected;
  if (step.status !== status) {
    const why = step.failure === undefined ? '' : `: ${describeFailure(step.failure)}`;
    return `${name} ${VERBS[step.status] ?? step.status}, and was to ${INFINITIVES[status]}${why}`;
  }
  if (error !== undefined && step.failure !== undefined) {
    const message = describeFailure(step.failure);
    if (!message.includes(error.text)) return `${name} failed with "${message}", and was to with "${error.text}"`;
  }
  for (const [given, partly] of [
    [output, false],
    [includes, true],
  ] as const) {
    if (given === undefined || step.output === undefined) continue;
    const complaint = valueComplaint(`${name} handed on`, given, step.output, partly);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function valueComplaint(subject: string, { json }: Given, actual: EncodedValue, partly: boolean): string | undefined {
  const wanted = canonicalise(Buffer.from(json));
  if (!wanted.ok) return `What ${subject} is no value: ${wanted.message}`;
  const found = mismatch(decode(wanted.value), decode(actual), { partly });
  if (found === undefined) return undefined;
  return `${subject} ${found.path === '' ? '' : `${found.path} = `}${found.actual}, and was to ${found.expected}`;
}

function causeOf(record: RunRecord): string {
  const failed = [...record.steps.values()].find(({ failure }) => failure !== undefined);
  return failed?.failure === undefined ? '' : `: "${failed.name}": ${describeFailure(failed.failure)}`;
}

function goldenComplaints(test: WorkflowTest, record: RunRecord, golden: Golden): string[] {
  const found: string[] = [];
  const now = goldenOf(record);
  if (now.status !== golden.status)
    found.push(`the run ${VERBS[now.status]}; recorded is that it ${VERBS[golden.status]}`);
  for (const [name, step] of now.steps) {
    const before = golden.steps.get(name);
    const ignored = ignoredIn(test, name, now.steps.keys());
    const difference = before === undefined ? 'is not recorded' : differenceOf(before, step, ignored);
    if (difference !== undefined) found.push(`"${name}" ${difference}`);
  }
  for (const name of golden.steps.keys())
    if (!now.steps.has(name)) found.push(`"${name}" is recorded, and no part of the run`);
  return found;
}

function differenceOf(before: GoldenStep, now: GoldenStep, ignored: readonly string[]): string | undefined {
  if (before.status !== now.status) {
    return `${VERBS[now.status]}${now.error === undefined ? '' : ` (${now.error})`}; recorded is that it ${VERBS[before.status]}`;
  }
  if (before.error !== now.error) return `failed with "${now.error}"; recorded is "${before.error}"`;
  if (before.output === undefined || now.output === undefined) return undefined;
  const found =
    ignored.length === 0 ? compare(before.output, now.output) : ignoring(before.output, now.output, ignored);
  if (found === undefined) return undefined;
  const { path, before: recorded = 'nothing', after = 'nothing' } = found;
  return `handed on ${path === '' ? '' : `${path} = `}${after}; recorded is ${recorded}`;
}

function ignoring(before: EncodedValue, now: EncodedValue, ignored: readonly string[]): ReturnType<typeof compare> {
  const [a, b] = [before, now].map((value) => {
    const whole = { value: decode(value) };
    for (const path of ignored) remove(whole, ['value', ...partsOf(path)]);
    return whole.value ?? null;
  });
  return firstDifference(a!, b!);
}

function partsOf(path: string): string[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\*|\d+)\]/g)].map(([, key, index]) => (key ?? index)!);
}

/** `*` is every item or field. What is removed of a list becomes null, so that the others keep their places. */
function remove(from: object, [first, ...rest]: readonly string[]): void {
  if (first === undefined) return;
  for (const key of first === '*' ? Object.keys(from) : [first]) {
    if (!Object.hasOwn(from, key)) continue;
    const inner = (from as Record<string, unknown>)[key];
    if (rest.length === 0) (from as Record<string, unknown>)[key] = null;
    else if (typeof inner === 'object' && inner !== null) remove(inner, rest);
  }
}
