/** A file of tests becomes a Suite, or all that is wrong with it. */
import { dirname, extname, resolve } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Expectations, Mock, Place, StepExpectation, Suite, WorkflowTest } from '../model/suite.ts';
import type { Document, Entry, TableValue } from './document.ts';
import { readFields } from './fields/collections.ts';
import { EXPECT_FIELDS, MOCK_FIELDS, STEP_EXPECT_FIELDS, SUITE_FIELDS, TEST_FIELDS } from './fields/suite-fields.ts';
import { describe } from './document.ts';
import { inFileOrder, Mistakes } from './mistakes.ts';
import { readDocument } from './index.ts';
import { readSource } from './source-file.ts';

/** `path` is absolute or relative to `cwd`. */
export async function parseSuite(path: string, cwd: string): Promise<Result<Suite, readonly Diagnostic[]>> {
  const source = readSource(path, cwd);
  if (!source.ok) return fail([source.error]);
  const text = source.value.text.replace(/^\uFEFF/, '');
  const format = extname(path).toLowerCase() === '.toml' ? 'toml' : 'lua';
  const file = { path: source.value.path, text };
  const document = await readDocument(file, format, dirname(resolve(cwd, path)), 'suite');
  return document.ok ? decodeSuite(document.value) : fail(inFileOrder(document.error));
}

function decodeSuite({ file, root, mistakes: found }: Document): Result<Suite, readonly Diagnostic[]> {
  const mistakes = new Mistakes(file, found);
  const fields = readFields(root, SUITE_FIELDS, mistakes, (name) => `"${name}"`, 'the file of tests');
  const given = [...(fields.tests?.entries ?? [])];
  if (!root.entries.has('tests') || (fields.tests !== undefined && given.length === 0)) {
    const span = root.entries.get('tests')?.keySpan ?? root.span;
    mistakes.add('empty-tests', span, 'Give the file at least one test in "tests"; it has none');
  }
  const tests = given.flatMap(([name, entry]) => decodeTest(name, entry, mistakes) ?? []);
  if (mistakes.fatal) return fail(mistakes.found);
  const { workflow } = fields;
  return ok({
    file,
    ...(workflow !== undefined && { workflow: { text: workflow.value, span: workflow.span } }),
    tests,
  });
}

function decodeTest(name: string, entry: Entry, mistakes: Mistakes): WorkflowTest | undefined {
  const owner = `test "${name}"`;
  const table = tableOf(entry, owner, 'a table with fields such as "expect"', mistakes);
  if (table === undefined) return undefined;
  const fields = readFields(table, TEST_FIELDS, mistakes, (field) => `"${field}" of ${owner}`, owner);
  return {
    name,
    span: entry.keySpan,
    ...(fields.description !== undefined && { description: fields.description }),
    inputs: fields.inputs ?? new Map(),
    ...(fields.only !== undefined && { only: fields.only }),
    mocks: [...(fields.mocks?.entries ?? [])].flatMap(([step, mock]) => decodeMock(step, mock, owner, mistakes) ?? []),
    expect: decodeExpect(fields.expect, owner, mistakes),
    golden: fields.golden ?? false,
    ignore: fields.ignore ?? [],
  };
}

function decodeMock(step: string, entry: Entry, test: string, mistakes: Mistakes): Mock | undefined {
  const owner = `the mock of "${step}" in ${test}`;
  const table = tableOf(entry, owner, 'a table with "output", "error" or "golden"', mistakes);
  if (table === undefined) return undefined;
  const fields = readFields(table, MOCK_FIELDS, mistakes, (field) => `"${field}" of ${owner}`, owner);
  const [first, second] = [...table.entries.keys()];
  if (second !== undefined && first !== undefined) {
    const message = `Say one thing of ${owner}: "${first}" or "${second}"`;
    mistakes.add('conflicting-fields', table.entries.get(second)!.keySpan, message);
  }
  const place = { text: step, span: entry.keySpan };
  if (fields.error !== undefined) return { step: place, does: { kind: 'fails', message: fields.error } };
  if (fields.golden === true) return { step: place, does: { kind: 'golden' } };
  return { step: place, does: { kind: 'gives', ...(fields.output ?? { json: 'null', span: entry.keySpan }) } };
}

function decodeExpect(table: TableValue | undefined, test: string, mistakes: Mistakes): Expectations {
  if (table === undefined) return { steps: [] };
  const owner = `"expect" of ${test}`;
  const fields = readFields(table, EXPECT_FIELDS, mistakes, (field) => `"${field}" in ${owner}`, owner);
  const steps = [...(fields.steps?.entries ?? [])].flatMap(
    ([step, entry]) => decodeStepExpect({ text: step, span: entry.keySpan }, entry, test, mistakes) ?? [],
  );
  const { status, outputs } = fields;
  return { ...(status !== undefined && { status }), ...(outputs !== undefined && { outputs }), steps };
}

function decodeStepExpect(step: Place, entry: Entry, test: string, mistakes: Mistakes): StepExpectation | undefined {
  const owner = `what ${test} expects of "${step.text}"`;
  const table = tableOf(entry, owner, 'a table with "status", "output", "includes" or "error"', mistakes);
  if (table === undefined) return undefined;
  const { error, ...fields } = readFields(
    table,
    STEP_EXPECT_FIELDS,
    mistakes,
    (field) => `"${field}" in ${owner}`,
    owner,
  );
  const status = fields.status ?? (error === undefined ? 'succeeded' : 'failed');
  const needless = (['output', 'includes', 'error'] as const).find(
    (field) => table.entries.has(field) && (field === 'error' ? status !== 'failed' : status !== 'succeeded'),
  );
  if (needless !== undefined) {
    const message = `Leave out "${needless}" or the status in ${owner}: a step that ${status === 'succeeded' ? 'succeeded' : `is ${status}`} has none`;
    mistakes.add('conflicting-fields', table.entries.get(needless)!.keySpan, message);
  }
  return { step, ...fields, status, ...(error !== undefined && { error: { text: error.value, span: error.span } }) };
}

function tableOf(entry: Entry, owner: string, takes: string, mistakes: Mistakes): TableValue | undefined {
  const { value } = entry;
  if (value.kind === 'table') return value;
  const subject = owner.charAt(0).toUpperCase() + owner.slice(1);
  mistakes.add('wrong-type', value.span, `${subject} is ${describe(value)}; it takes ${takes}`);
  return undefined;
}
