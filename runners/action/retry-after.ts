/** When a request is worth being sent again, and how long to wait before. */
import type { FetchAnswer } from '../grants/fetch.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** What may be over by the next time; a name that leads nowhere or a certificate that is wrong is not. */
const PASSING: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'timeout',
]);

/** Milliseconds, or nothing where another request would end alike; `sent` were sent so far, `now` is in milliseconds since 1970. */
export function delayBefore(answer: FetchAnswer, sent: number, now: number): number | undefined {
  const usual = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (sent - 1));
  if (!answer.ok) return answer.code !== undefined && PASSING.has(answer.code) ? usual : undefined;
  const { status, headers } = answer;
  if (status !== 429 && (status < 500 || status === 501 || status === 505)) return undefined;
  const asked = headers.find(([name]) => name === 'retry-after')?.[1];
  return (asked === undefined ? undefined : askedFor(asked.trim(), now)) ?? usual;
}

/** Seconds or a date of HTTP. */
function askedFor(text: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
