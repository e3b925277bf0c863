/** The manual page of the file format tells of every field, and its examples are true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Workflow } from '../../src/model/workflow.ts';
import { STEP_FIELDS } from '../../src/parse/fields/step-fields.ts';
import { LIMIT_FIELDS } from '../../src/parse/fields/limit-fields.ts';
import { PERMISSION_FIELDS } from '../../src/parse/fields/permission-fields.ts';
import { WORKFLOW_FIELDS } from '../../src/parse/fields/workflow-fields.ts';
import { diagnosticsOf, readLua, readToml, workflowOf } from './files.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/file-format.md'), 'utf8');

test('every field has a row', () => {
  const rows = [...PAGE.matchAll(/^\| (`\w+`(?: or `\w+`)*) \|/gm)].flatMap(([, names]) => names!.match(/\w+(?=`)/g)!);
  const fields = [
    ...Object.keys(WORKFLOW_FIELDS),
    ...Object.keys(STEP_FIELDS),
    ...Object.keys(LIMIT_FIELDS),
    ...Object.keys(PERMISSION_FIELDS),
  ];
  expect(fields.filter((name) => !rows.includes(name))).toEqual([]);
  expect(rows.filter((name) => !fields.includes(name))).toEqual([]);
});

test('every example reads and plans, and the two notations say the same', async () => {
  const examples = [...PAGE.matchAll(/^```(lua|toml)\n([\s\S]*?)^```$/gm)].map(([, format, text]) => ({
    format,
    text: text!,
  }));
  expect(examples.length).toBeGreaterThan(5);
  let previous: unknown;
  for (const { format, text } of examples) {
    const parsed = await (format === 'lua' ? readLua(text) : readToml(text));
    expect(diagnosticsOf(parsed)).toEqual([]);
    const meaning = meaningOf(workflowOf(parsed));
    if (format === 'toml') expect(meaning).toEqual(previous);
    previous = meaning;
  }
});

/** What is left of a workflow without places and file names. */
function meaningOf(workflow: Workflow): unknown {
  return workflow.steps.map(({ script, dependsOn, ...step }) => ({
    ...step,
    span: undefined,
    script: script?.kind === 'code' ? script.code.trim() : script?.kind === 'module' ? script.module : script?.action,
    dependsOn: dependsOn.map(({ name }) => name),
    mode: workflow.mode,
  }));
}
