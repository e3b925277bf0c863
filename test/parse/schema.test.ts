/** The JSON Schema takes what the decoder takes, field by field, and no other fields. */
import { expect, test } from 'vitest';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import { ACTIONS } from '../../src/parse/actions/action-fields.ts';
import { STEP_FIELDS } from '../../src/parse/fields/step-fields.ts';
import { WORKFLOW_FIELDS } from '../../src/parse/fields/workflow-fields.ts';
import { HOST_FIELDS } from '../../src/model/host-work.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { workflowSchema } from '../../src/parse/schema.ts';
import { diagnosticsOf } from './files.ts';

type Schema = Record<string, unknown>;
const ROOT = JSON.parse(JSON.stringify(workflowSchema())) as Schema;

/** The keywords that our schema uses, and no others: a new one fails here. */
function accepts(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, rule]) => {
    switch (keyword) {
      case '$schema':
      case '$defs':
      case 'title':
      case 'description':
      case 'examples':
        return true;
      case '$ref':
        return accepts(at(String(rule)), value);
      case 'type':
        return [rule].flat().some((type) => isOfType(String(type), value));
      case 'enum':
        return (rule as unknown[]).includes(value);
      case 'minLength':
        return typeof value !== 'string' || value.length >= Number(rule);
      case 'minimum':
        return typeof value !== 'number' || value >= Number(rule);
      case 'maximum':
        return typeof value !== 'number' || value <= Number(rule);
      case 'pattern':
        return typeof value !== 'string' || new RegExp(String(rule), 'u').test(value);
      case 'items':
        return !Array.isArray(value) || value.every((item) => accepts(rule as Schema, item));
      case 'anyOf':
        return (rule as Schema[]).some((option) => accepts(option, value));
      case 'oneOf':
        return (rule as Schema[]).filter((option) => accepts(option, value)).length === 1;
      case 'minProperties':
        return !isTable(value) || Object.keys(value).length >= Number(rule);
      case 'required':
        return isTable(value) && (rule as string[]).every((name) => Object.hasOwn(value, name));
      case 'propertyNames':
        return !isTable(value) || Object.keys(value).every((name) => accepts(rule as Schema, name));
      case 'properties':
        return (
          !isTable(value) ||
          Object.entries(rule as Schema).every(
            ([name, of]) => !Object.hasOwn(value, name) || accepts(of as Schema, value[name]),
          )
        );
      case 'additionalProperties': {
        if (!isTable(value)) return true;
        const known = Object.keys((schema['properties'] ?? {}) as Schema);
        const others = Object.keys(value).filter((name) => !known.includes(name));
        return others.every((name) => rule !== false && accepts(rule as Schema, value[name]));
      }
      default:
        throw new Error(`the test does not know the keyword ${keyword}`);
    }
  });
}

function at(reference: string): Schema {
  return reference
    .split('/')
    .slice(1)
    .reduce((schema, name) => schema[name] as Schema, ROOT);
}

function isTable(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isTable(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** Neither a missing module nor what only a graph can tell is a matter of the schema. */
const BEYOND_SCHEMA = [
  'module-not-found',
  'code-file',
  'unknown-dependency',
  'self-dependency',
  'misfit-field',
  'bad-expression',
  'unknown-name',
  'bad-condition',
  'bad-foreach',
  'unknown-pool',
  'bad-cost',
  'bad-form',
  'bad-moment',
  'bad-nesting',
];

/** A step has exactly one of these. */
const SOLE_FIELDS = ['code', 'module', 'cmd', ...ACTIONS, ...Object.values(HOST_FIELDS)];

function decoderAccepts(definition: unknown): boolean {
  const parsed = workflowFromObject(definition as WorkflowDefinition, { cwd: '/nowhere', modulesDir: '' });
  return diagnosticsOf(parsed).every(({ code }) => BEYOND_SCHEMA.includes(code));
}

test('every example of a field is taken by the schema and by the decoder', () => {
  for (const [name, { example }] of Object.entries(WORKFLOW_FIELDS)) {
    const definition = { ...(name === 'tasks' ? {} : { steps: { a: { cmd: 'x' } } }), [name]: example };
    expect([name, accepts(ROOT, definition), decoderAccepts(definition)]).toEqual([name, true, true]);
  }
  for (const [name, { example }] of Object.entries(STEP_FIELDS)) {
    const code = SOLE_FIELDS.includes(name) ? {} : { code: '' };
    const definition = { steps: { a: { ...code, [name]: example } } };
    expect([name, accepts(ROOT, definition), decoderAccepts(definition)]).toEqual([name, true, true]);
  }
});

const VALUES: readonly unknown[] = [
  '',
  'x',
  '5s',
  '1m30s',
  '10MB',
  'parallel',
  'python',
  'native',
  'kill',
  '*',
  0,
  1,
  -1,
  0.5,
  5000,
  true,
  [],
  ['a'],
  [1],
  [[]],
  {},
  { a: 'x' },
  { a: [] },
  { '': 1 },
  { 'a=b': 1 },
  { kind: 'exponential', base: '1s', factor: 2, max: '5s', jitter: 0.5 },
  { kind: 'linear' },
  { factor: 0 },
  { jitter: 2 },
  { output: '1kb' },
  { output: 'x' },
  { output: 1.5 },
];

test('of any value of any field, the schema and the decoder think the same', () => {
  const differing: unknown[] = [];
  for (const value of VALUES) {
    const definitions = [
      ...Object.keys(WORKFLOW_FIELDS)
        .filter((name) => name !== 'steps' && name !== 'tasks')
        .map((name) => ({ steps: { a: { cmd: 'x' } }, [name]: value })),
      ...Object.keys(STEP_FIELDS)
        .filter((name) => !SOLE_FIELDS.includes(name) && name !== 'callback')
        .map((name) => ({ steps: { a: { code: '', [name]: value } } })),
      ...SOLE_FIELDS.map((name) => ({ steps: { a: { [name]: value } } })),
      { steps: { a: { parallel: { b: { code: '' } }, callback: value } } },
      { steps: { a: { code: '' } }, unknown: value },
      { steps: { a: { code: '', unknown: value } } },
    ];
    for (const definition of definitions) {
      if (accepts(ROOT, definition) !== decoderAccepts(definition)) differing.push(definition);
    }
  }
  expect(differing).toEqual([]);
});

test('a step has exactly one of the four kinds of code', () => {
  for (const step of [{}, { code: '', cmd: '' }, { file: 'a', module: 'b' }]) {
    expect(accepts(ROOT, { steps: { a: step } })).toBe(false);
    expect(decoderAccepts({ steps: { a: step } })).toBe(false);
  }
});
