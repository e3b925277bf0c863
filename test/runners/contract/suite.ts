/** The contract suite: every case against one implementation, exceptions only with a reason. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Case } from './case.ts';
import { cases } from './cases.ts';
import type { Ended, Implementation } from './implementations.ts';

export function describeContract(implementation: Implementation): void {
  describe(implementation.name, () => {
    const workdir = mkdtempSync(join(tmpdir(), 'hwfe-test-contract-'));
    afterAll(async () => {
      rmSync(workdir, { recursive: true });
      await implementation.close?.();
    });

    test('every exception names a case and says why', () => {
      for (const [name, reason] of Object.entries(implementation.exceptions)) {
        expect(cases.map((each) => each.name)).toContain(name);
        expect(reason.length).toBeGreaterThan(10);
      }
    });

    for (const each of cases) {
      if (Object.hasOwn(implementation.exceptions, each.name)) continue;
      test(each.name, () => check(implementation, each, workdir));
    }
  });
}

async function check(implementation: Implementation, each: Case, workdir: string): Promise<void> {
  const code = each.code[implementation.language];
  if (code === undefined) {
    throw new Error(
      `"${each.name}" has no code for ${implementation.language}: write it, or give an exception with a reason`,
    );
  }
  const before = each.before?.[implementation.language];
  const made = before === undefined ? undefined : await implementation.run({ code: before, workdir });
  const ended = await implementation.run({
    code,
    workdir,
    grants: { directory: workdir, layers: [{ from: 'step', read: ['granted/'], write: ['granted/'] }] },
    inputs: { ...each.inputs, ...(each.takes === 'made' && made?.outcome.ok && { made: made.outcome.output }) },
    ...(each.env && { env: each.env }),
    ...(each.outputLimit !== undefined && { outputLimit: each.outputLimit }),
  });
  const wanted = typeof each.expect === 'function' ? each.expect(implementation.language) : each.expect;
  if ('output' in wanted) expectOutput(ended, wanted.output, wanted.warning);
  else expectFailure(ended, wanted.failure);
  if (wanted.printed !== undefined) expect(ended.lines).toEqual(wanted.printed);
}

function expectOutput({ outcome }: Ended, output: string, warning?: RegExp): void {
  const shown = outcome.ok ? new TextDecoder().decode(Uint8Array.from(outcome.output)) : outcome.failure;
  expect(shown).toEqual(output);
  if (warning === undefined) expect(outcome.warnings).toEqual([]);
  else expect(outcome.warnings).toEqual([expect.stringMatching(warning)]);
}

function expectFailure(
  { outcome }: Ended,
  wanted: NonNullable<Extract<Case['expect'], { failure: unknown }>>['failure'],
): void {
  const failure = outcome.ok ? undefined : outcome.failure;
  expect(failure).toMatchObject({
    reason: wanted.reason,
    ...(wanted.message && { message: expect.stringMatching(wanted.message) }),
    ...(wanted.position && { position: wanted.position }),
  });
}
