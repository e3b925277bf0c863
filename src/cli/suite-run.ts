/** Runs the tests of one file on an engine, one after the other. */
import { resolve } from 'node:path';
import type { Engine } from '../api.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Plan } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { lineAndColumn } from '../model/source.ts';
import type { Suite, WorkflowTest } from '../model/suite.ts';
import { workflowOf } from '../testing/find.ts';
import { type Golden, goldenPathOf, readGoldens, writeGoldens } from '../testing/golden.ts';
import { mistakesIn, prepare } from '../testing/prepare.ts';
import type { SuiteResult, TestResult } from '../testing/results.ts';
import { type Complaint, complaintsOf, goldenOf } from '../testing/verdict.ts';
import { writeWhole } from './write-file.ts';

export interface SuiteWishes {
  readonly cwd: string;
  readonly isUpdate: boolean;
  /** Ends the test that runs; no other begins, and nothing is recorded. */
  readonly signal: AbortSignal;
  /** A part of the names of those that are wanted. */
  readonly name?: string;
}

/** The error is what is wrong with the files, or a sentence. */
export async function runSuite(
  engine: Engine,
  path: string,
  suite: Suite,
  { cwd, isUpdate, signal, name }: SuiteWishes,
): Promise<Result<SuiteResult, readonly Diagnostic[] | string>> {
  const loaded = await engine.load(workflowOf(path, suite.workflow?.text, cwd));
  if (!loaded.ok) return fail(loaded.error);
  const plan = loaded.value;
  const mistakes = mistakesIn(suite, plan);
  if (mistakes.length > 0) return fail(mistakes);
  const goldenPath = goldenPathOf(path);
  const goldens = readGoldens(resolve(cwd, goldenPath));
  if (!goldens.ok) return goldens;
  const updated = new Map(goldens.value);
  const recorded: string[] = [];
  const tests: TestResult[] = [];
  const startedAt = performance.now();
  for (const test of suite.tests) {
    if (signal.aborted) break;
    if (name !== undefined && !test.name.includes(name)) continue;
    const testStartedAt = performance.now();
    const golden = goldens.value.get(test.name);
    const { complaints, now } = await runTest(engine, test, {
      plan,
      golden,
      isUpdate: isUpdate && test.golden,
      signal,
    });
    if (now !== undefined) {
      updated.set(test.name, now);
      if (golden === undefined || isOther(golden, now)) recorded.push(test.name);
    }
    const { line } = lineAndColumn(suite.file.text, test.span.start);
    tests.push({ name: test.name, line, durationMs: performance.now() - testStartedAt, complaints });
  }
  if (isUpdate && !signal.aborted) {
    // What was recorded of tests that are gone goes with them.
    const kept = new Map([...updated].filter(([one]) => suite.tests.some((test) => test.name === one)));
    const text = writeGoldens(kept);
    if (text !== writeGoldens(goldens.value)) {
      const written = writeWhole(resolve(cwd, goldenPath), [text]);
      if (!written.ok) return fail(`What came of the tests cannot be written to "${goldenPath}": ${written.error}`);
    }
  }
  return ok({ path, file: suite.file, tests, durationMs: performance.now() - startedAt, recorded });
}

function isOther(before: Golden, now: Golden): boolean {
  return writeGoldens(new Map([['', before]])) !== writeGoldens(new Map([['', now]]));
}

async function runTest(
  engine: Engine,
  test: WorkflowTest,
  {
    plan,
    golden,
    isUpdate,
    signal,
  }: { plan: Plan; golden: Golden | undefined; isUpdate: boolean; signal: AbortSignal },
): Promise<{ readonly complaints: readonly Complaint[]; readonly now?: Golden }> {
  const only = (message: string): { complaints: readonly Complaint[] } => ({
    complaints: [{ message, span: test.span }],
  });
  const prepared = prepare(test, plan, golden);
  if (!prepared.ok) return only(prepared.error);
  const { mocks } = prepared.value;
  const inputs = Object.fromEntries([...test.inputs].map(([name, { json }]) => [name, JSON.parse(json) as unknown]));
  const unmet = await engine.check(prepared.value.plan, { mocks, inputs });
  if (unmet.length > 0) return only(unmet.map(({ message }) => message).join('\n'));
  const record = await engine.start(prepared.value.plan, { mocks, inputs, signal, cache: { off: true } }).finished;
  if (!isUpdate) return { complaints: complaintsOf(test, record, golden) };
  const now = goldenOf(record);
  return { complaints: complaintsOf(test, record, now), now };
}
