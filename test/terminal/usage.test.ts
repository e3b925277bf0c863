// What a run's steps used, as a table.
import { expect, test } from 'vitest';
import type { Usage } from '../../runners/contract.ts';
import { emptyRecord, type RunRecord } from '../../src/model/record.ts';
import { createStyle } from '../../src/terminal/style.ts';
import { renderUsage } from '../../src/terminal/usage.ts';

function recordOf(usages: Record<string, Usage | undefined>): RunRecord {
  const record = emptyRecord();
  for (const [name, usage] of Object.entries(usages))
    record.steps.set(name, { name, level: 0, status: 'succeeded', attempt: 1, ...(usage && { usage }) });
  return record;
}

test('the longest come first, and what was not measured is a dash', () => {
  const lines = renderUsage(
    recordOf({
      quick: { wallMs: 1.2, cpuMs: 1.1, memoryBytes: 16 * 1024 ** 2, bytesIn: 0, bytesOut: 35 },
      'slow\u202E': { wallMs: 61_000, bytesIn: 2048, bytesOut: 3 * 1024 ** 2 },
      skipped: undefined,
    }),
    createStyle(false),
  );
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "

    step            time  CPU  memory       in       out
    slow<U+202E>  1m 01s    –       –  2.0 KiB   3.0 MiB
    quick            1ms  1ms  16 MiB  0 bytes  35 bytes
    "
  `);
});

test('tokens have a column where some step used any', () => {
  const usage = { wallMs: 5, bytesIn: 0, bytesOut: 0 };
  const record = recordOf({ ask: { ...usage, tokens: { input: 120, output: 8 } }, other: { ...usage, wallMs: 1 } });
  const lines = renderUsage(record, createStyle(false));
  expect(lines.slice(1).map((line) => line.trim().split(/ {2,}/).at(-1))).toEqual(['tokens', '120 + 8', '–']);
});

test('of many only the first are shown, and nothing of none', () => {
  const usage = { wallMs: 1, bytesIn: 0, bytesOut: 0 };
  const lines = renderUsage(
    recordOf(Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`s${i}`, usage]))),
    createStyle(false),
  );
  expect(lines).toHaveLength(23);
  expect(lines.at(-1)).toBe('and 5 more that took less time');
  expect(renderUsage(recordOf({ a: undefined }), createStyle(false))).toEqual([]);
});
