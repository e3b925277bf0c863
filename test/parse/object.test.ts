/** Workflows written as objects go through the same decoder, with their JSON form as the text. */
import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import type { StepFields } from '../../src/parse/fields/step-fields.ts';
import type { WorkflowFields } from '../../src/parse/fields/workflow-fields.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { documentFromObject } from '../../src/parse/object.ts';
import { diagnosticsOf, pointed, workflowOf } from './files.ts';

const OPTIONS = { cwd: '/nowhere', modulesDir: 'wasm_modules' };

test('the definition has exactly the fields of the file format', () => {
  expectTypeOf<keyof WorkflowDefinition>().toEqualTypeOf<keyof WorkflowFields>();
  expectTypeOf<keyof StepDefinition>().toEqualTypeOf<keyof StepFields>();
});

test('an object becomes a workflow', () => {
  const workflow = workflowOf(
    workflowFromObject(
      { name: 'built', steps: { a: { code: 'return 1' }, b: { cmd: 'true', depends_on: 'a', timeout: '2s' } } },
      OPTIONS,
    ),
  );
  expect(workflow).toMatchObject({
    name: 'built',
    steps: [
      { name: 'a', language: 'lua' },
      { name: 'b', language: 'shell', timeoutMs: 2000, dependsOn: [{ name: 'a' }] },
    ],
  });
});

test('diagnostics point into the JSON form', () => {
  const definition = { steps: { a: { code: 'x', timeout: 'soon', depends_on: ['b'] } } };
  const found = diagnosticsOf(workflowFromObject(definition, OPTIONS));
  expect(found.map((each) => [each.code, pointed(each)])).toEqual([
    ['bad-duration', '"soon"'],
    ['unknown-dependency', '"b"'],
  ]);
});

test('no object makes it throw', () => {
  const circular: Record<string, unknown> = { code: 'x' };
  circular['env'] = circular;
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = { deep };
  const odd = [null, 5, 'x', [], () => 1, Symbol('x'), undefined, 10n ** 30n, Number.NaN, new Date(0), circular, deep];
  for (const value of [...odd, ...odd.map((each) => ({ steps: { a: each, b: { code: each } } }))]) {
    // A caller without types may pass anything.
    const parsed = workflowFromObject(value as WorkflowDefinition, OPTIONS);
    expect(parsed.ok).toBe(false);
  }
});

test('every value stands at its place in the text', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const { file, root } = documentFromObject(value, true);
      expect(JSON.parse(file.text)).toEqual(JSON.parse(JSON.stringify(value)));
      for (const [key, entry] of root.entries) {
        expect(JSON.parse(file.text.slice(entry.keySpan.start, entry.keySpan.end))).toBe(key);
        const { start, end } = entry.value.span;
        expect(JSON.parse(file.text.slice(start, end))).toEqual(JSON.parse(JSON.stringify(value[key])));
      }
    }),
  );
});
