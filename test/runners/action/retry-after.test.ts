// When a request is sent again: after what may pass by itself, and no sooner than the server asks for.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { delayBefore } from '../../../runners/action/retry-after.ts';
import type { FetchAnswer } from '../../../runners/grants/fetch.ts';

const NOW = Date.UTC(2026, 0, 1);

function answer(status: number, retryAfter?: string): FetchAnswer {
  const headers = retryAfter === undefined ? [] : [['retry-after', retryAfter] as const];
  return { ok: true, status, statusText: '', url: '', redirected: false, headers, body: new Uint8Array() };
}

test.each([
  ['3', 3000],
  [' 0 ', 0],
  ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['soon', 500],
  ['-5', 500],
  ['2026-01-01', 500],
  ['99999999999', 500],
  [undefined, 500],
])('Retry-After: %j is a wait of %i ms', (text, ms) => {
  for (const status of [429, 500, 502, 503, 504, 529]) expect(delayBefore(answer(status, text), 1, NOW)).toBe(ms);
});

test('what would end alike is not sent again', () => {
  for (const status of [200, 301, 400, 401, 404, 409, 501, 505])
    expect(delayBefore(answer(status, '1'), 1, NOW)).toBeUndefined();
  for (const code of ['ENOTFOUND', 'CERT_HAS_EXPIRED', undefined])
    expect(delayBefore({ ok: false, message: '', ...(code !== undefined && { code }) }, 1, NOW)).toBeUndefined();
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'timeout', 'EAI_AGAIN'])
    expect(delayBefore({ ok: false, message: '', code }, 1, NOW)).toBe(500);
});

test('waits grow, and to no more than half a minute, whatever the server says', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 599 }),
      fc.string(),
      fc.integer({ min: 1, max: 100 }),
      (status, text, sent) => {
        const ms = delayBefore(answer(status, text), sent, NOW);
        if (ms === undefined) return;
        expect(ms).toBeGreaterThanOrEqual(0);
        if (!/^\s*\d+\s*$/.test(text)) expect(ms).toBe(Math.min(30_000, 500 * 2 ** (sent - 1)));
      },
    ),
  );
});
