// What a step says about itself has an end.
import { expect, test } from 'vitest';
import { bounded } from '../../runners/bounded.ts';
import type { Outcome } from '../../runners/contract.ts';

const long = 'x'.repeat(1e6);

test('messages, traces and warnings are cut', () => {
  const outcome: Outcome = { ok: false, failure: { reason: 'threw', message: long, trace: long }, warnings: [long] };
  const cut = bounded(outcome);
  expect(JSON.stringify(cut).length).toBeLessThan(200_000);
  expect(cut).toMatchObject({ ok: false, failure: { reason: 'threw', message: expect.stringMatching(/^x+ …$/) } });
});

test('warnings without end are cut in number', () => {
  const output = new Uint8Array([0x31]);
  const cut = bounded({ ok: true, output, warnings: Array.from({ length: 1e5 }, () => 'w') });
  expect(cut.warnings.length).toBe(1000);
  expect(cut.ok && cut.output).toBe(output);
});

test('what is short stays as it is', () => {
  const outcome: Outcome = { ok: false, failure: { reason: 'exited', status: 1, lastLines: ['a'] }, warnings: ['w'] };
  expect(bounded(outcome)).toEqual(outcome);
});
