// Which isolation a step is read with.
import { expect, test } from 'vitest';
import { diagnosticsOf, readToml, workflowOf } from './files.ts';

test.each([
  ['', '', undefined],
  ['', 'isolation = "process"', 'process'],
  ['isolation = "process"', '', 'process'],
  ['isolation = "process"', 'isolation = "os"', 'os'],
  ['isolation = "os"', 'isolation = "thread"', 'os'],
  ['isolation = "thread"', '', 'thread'],
])('with %o on the workflow and %o on the step', async (workflow, step, isolation) => {
  const parsed = await readToml(`${workflow}\n[steps.a]\ncmd = "true"\n${step}\n`);
  expect(workflowOf(parsed).steps[0]!.isolation).toBe(isolation);
});

test('an isolation that does not exist is told', async () => {
  const parsed = await readToml('[steps.a]\ncmd = "true"\nisolation = "jail"\n');
  expect(diagnosticsOf(parsed).map(({ message }) => message)).toEqual([
    '"isolation" of step "a" is "jail", which is not an isolation; it takes one of "thread", "process", "os"',
  ]);
});
