/** Steps that do an action: what is wrong with one is told where it stands, and the manual tells of every field. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Workflow } from '../../src/model/workflow.ts';
import { FILE_FIELDS } from '../../src/parse/actions/file-fields.ts';
import { HTTP_FIELDS } from '../../src/parse/actions/http-fields.ts';
import { LLM_FIELDS } from '../../src/parse/actions/llm-fields.ts';
import { NOTIFY_FIELDS } from '../../src/parse/actions/notify-fields.ts';
import { ASSERT_FIELDS, TRANSFORM_FIELDS } from '../../src/parse/actions/other-fields.ts';
import { diagnosticsOf, readLua, readToml, workflowOf } from './files.ts';

const MISTAKES: readonly (readonly [string, string])[] = [
  ['http = { method = "POST" }', 'Give "http" of step "s" a "url"'],
  ['http = { urll = "x" }', '"http" of step "s" has an unknown field "urll"; did you mean "url"?'],
  [
    'http = { url = "x", method = "PSOT" }',
    '"method" in "http" of step "s" is "PSOT", which is not a method of HTTP; did you mean "POST"?',
  ],
  [
    'http = { url = "x", expect = "okay" }',
    '"expect" in "http" of step "s" is the text "okay"; it takes a status such as 200 or "2xx", or a list of statuses',
  ],
  [
    'http = { url = "x", headers = { a = { b = 1 } } }',
    '"a" in "headers" in "http" of step "s" is a table; it takes a text, a number, a boolean, or a list',
  ],
  ['http = { url = "x", json = 1, form = { a = 1 } }', 'Give "http" of step "s" only one of "json" and "form"'],
  ['http = "https://example.com"', '"http" of step "s" is the text "https://example.com"; it takes a table with "url"'],
  ['file = { red = "x" }', '"file" of step "s" has an unknown field "red"; did you mean "read"?'],
  [
    'file = { format = "json" }',
    'Give "file" of step "s" one operation with its path: "read", "write", "append", "copy", "move", "delete", "list", "glob", "stat", "mkdir"',
  ],
  ['file = { read = "x", delete = "x" }', 'Give "file" of step "s" one operation: it has "read" and "delete"'],
  ['file = { write = "x" }', 'Give "file" of step "s" "content" as well: what is written'],
  ['file = { copy = "x" }', 'Give "file" of step "s" "to" as well: where the file goes'],
  [
    'file = { read = "x", content = 1 }',
    'Leave "content" out of "file" of step "s": "read" has none, only "write" and "append"',
  ],
  [
    'file = { read = "x", format = "jason" }',
    '"format" in "file" of step "s" is "jason", which is not a format; did you mean "json"?',
  ],
  ['transform = { from = 1 }', 'Give "transform" of step "s" an expression as "cel", or a path as "pick"'],
  [
    'transform = { pick = "$.a" }',
    'Give "transform" of step "s" "from" as well, such as "{{ steps.NAME.output }}": what "pick" picks out of',
  ],
  ['llm = { model = "x" }', 'Give "llm" of step "s" a "prompt"'],
  ['notify = { text = "x" }', 'Give "notify" of step "s" a "webhook" or a "mail": who is told'],
  [
    'notify = { webhook = "https://x", text = "x", subject = "y" }',
    'Leave "subject" out of "notify" of step "s": only a mail has one',
  ],
  ['notify = { mail = "a@b.c" }', 'Give "notify" of step "s" a "text"'],
  [
    'notify = { webhook = "https://x", text = "x", json = 1 }',
    'Give "notify" of step "s" only one of "text" and "json"',
  ],
  ['assert = { message = "x" }', 'Give "assert" of step "s" "that": an expression that has to be true'],
  ['assert = "1 + 1"', 'Write "that" in "assert" of step "s" so that it is true or false; "1 + 1" gives a int'],
  ['assert = "steps.other.status == \'x\'"', '"that" in "assert" of step "s" names step "other", which does not exist'],
  [
    'http = { url = "https://x/{{ inputs.id }}" }',
    '"url" in "http" of step "s" names input "id", which the workflow does not declare',
  ],
  [
    'http = { url = "https://x", headers = { a = "{{ env.TOKEN }}" } }',
    '"headers" in "http" of step "s" names environment entry "TOKEN", which is not in "env" or "pass_env"',
  ],
  ['assert = "true"\nmessage = "no"', 'Write "message" of step "s" inside of "assert": assert = { …, message = … }'],
  ['assert = "true"\nlanguage = "lua"', 'Step "s" does an action, which has no "language"; leave it out'],
  ['assert = "true"\ninputs = { a = 1 }', 'Step "s" does an action, which has no "inputs"; leave it out'],
  ['assert = "true"\npackages = "x"', 'Step "s" does an action, which has no "packages"; leave it out'],
  ['assert = "true"\ntransform = "1"', 'Give step "s" only one of "assert" and "transform"'],
];

describe('a mistake in an action', () => {
  test.each(MISTAKES)('%s', async (fields, message) => {
    const parsed = await readToml(`[steps.s]\n${fields}\n`);
    expect(diagnosticsOf(parsed).map((diagnostic) => diagnostic.message)).toContain(message);
    expect(diagnosticsOf(parsed)).toHaveLength(1);
  });
});

test('a text is a code file, and a table is an action', async () => {
  const parsed = await readToml('[steps.s]\nfile = { read = "x.lua" }\n');
  expect(workflowOf(parsed).steps[0]).toMatchObject({ language: 'action', script: { kind: 'action', action: 'file' } });
});

test('a float that is whole stays one', async () => {
  for (const parsed of [
    await readToml('[steps.s]\nhttp = { url = "x", json = { f = 5.0, i = 5, e = 1e3 } }\n'),
    await readLua('workflow = { steps = { s = { http = { url = "x", json = { f = 5.0, i = 5, e = 1e3 } } } } }'),
  ]) {
    const [step] = workflowOf(parsed).steps;
    expect(step!.inputs!['json']).toEqual({ kind: 'constant', json: '{"f":5.0,"i":5,"e":1000.0}' });
  }
});

test('what a template names becomes a dependency, wherever it stands', async () => {
  const text =
    '[steps.a]\ntransform = "1"\n[steps.s]\nhttp = { url = "x", json = { deep = ["{{ steps.a.output }}"] } }\n';
  const [, step] = workflowOf(await readToml(text)).steps;
  expect(step!.dependsOn.map(({ name }) => name)).toEqual(['a']);
});

describe('docs/actions.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/actions.md'), 'utf8');

  test.each([
    ['http', HTTP_FIELDS],
    ['file', FILE_FIELDS],
    ['llm', LLM_FIELDS],
    ['notify', NOTIFY_FIELDS],
    ['transform', TRANSFORM_FIELDS],
    ['assert', ASSERT_FIELDS],
  ])('has a row for every field of %s, as the schema tells it', (name, fields) => {
    const section = page.split(/^## /m).find((text) => text.startsWith(`\`${name}\``))!;
    const [table] = /^\| field .*\n(?:\|.*\n)+/m.exec(section)!;
    const rows = Object.entries(fields).map(
      ([field, { about, default: otherwise, example }]) =>
        `| \`${field}\` | ${about} | ${otherwise ?? '–'} | \`${JSON.stringify(example)}\` |`,
    );
    expect(table!.trim().split('\n').slice(2)).toEqual(rows);
  });

  test('says the same in both notations', async () => {
    const examples = [...page.matchAll(/^```(lua|toml)\n([\s\S]*?)^```$/gm)];
    expect(examples.length).toBeGreaterThan(3);
    for (let at = 0; at < examples.length; at += 2) {
      const [toml, lua] = [await readToml(examples[at]![2]!), await readLua(examples[at + 1]![2]!)];
      expect(diagnosticsOf(toml)).toEqual([]);
      expect(diagnosticsOf(lua)).toEqual([]);
      const [first, second] = [toml, lua].map((parsed) => meaningOf(workflowOf(parsed)));
      expect(first).toEqual(second);
    }
  });
});

/** What is left without places in files. */
function meaningOf({ steps }: Workflow): unknown {
  const open = steps.map(({ script, dependsOn, ...step }) => ({
    ...step,
    span: undefined,
    action: script?.kind === 'action' && script.action,
    dependsOn: dependsOn.map(({ name }) => name),
  }));
  return JSON.parse(JSON.stringify(open, (key, value: unknown) => (key === 'line' ? undefined : value)));
}
