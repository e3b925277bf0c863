// The annotations for Lua's language server say the same as the decoder does.
import { expect, it } from 'vitest';
import { luaAnnotations } from '../../src/parse/annotations.ts';
import { STEP_FIELDS } from '../../src/parse/fields/step-fields.ts';
import { WORKFLOW_FIELDS } from '../../src/parse/fields/workflow-fields.ts';

function fieldsOf(name: string): string[] {
  const [, block] = new RegExp(`---@class ${name}\\n((?:---@field .*\\n)*)`).exec(luaAnnotations()) ?? [];
  return [...(block ?? '').matchAll(/---@field (\w+)\?/g)].map((match) => match[1]!);
}

it('has every field of a workflow and of a step, and no other', () => {
  expect(fieldsOf('hwfe\\.Workflow')).toEqual(Object.keys(WORKFLOW_FIELDS));
  expect(fieldsOf('hwfe\\.Step')).toEqual(Object.keys(STEP_FIELDS));
});

it('writes types as the language server knows them', () => {
  const text = luaAnnotations();
  expect(text).toMatch(/---@field mode\? "sequential"\|"parallel"\|"work-stealing" /);
  expect(text).toMatch(/---@field steps\? table<string, hwfe\.Step> /);
  expect(text).toMatch(/---@field timeout\? number\|string /);
  expect(text).toMatch(/---@field depends_on\? string\|\(string\)\[\] /);
  expect(text).toMatch(/---@field backoff\? hwfe\.Backoff /);
  expect(text).toMatch(/---@class hwfe\.Backoff\n---@field kind\? "exponential"/);
});

it('names no type that it does not define', () => {
  const text = luaAnnotations();
  const defined = new Set([...text.matchAll(/---@class (\S+)/g)].map((match) => match[1]));
  const used = [...text.matchAll(/---@(?:field \S+|type) (\S+)/g)].flatMap(
    (match) => match[1]!.match(/hwfe\.\w+/g) ?? [],
  );
  expect(used.filter((name) => !defined.has(name))).toEqual([]);
});
