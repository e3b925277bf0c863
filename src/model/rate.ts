/** Rates as files write them. */
import { parseDuration } from './duration.ts';

/** Milliseconds between two starts at `10/s`, `100/m`, `1/500ms` or `3 per 2s`; nothing if it is no rate. */
export function parseRate(text: string): number | undefined {
  const [, times, period] = /^\s*(\d+(?:\.\d+)?)\s*(?:\/|\bper\b)\s*(\S+)\s*$/.exec(text) ?? [];
  if (times === undefined || period === undefined) return undefined;
  const periodMs = parseDuration(/^\d/.test(period) ? period : `1${period}`);
  if (periodMs === undefined || periodMs === 0) return undefined;
  const intervalMs = periodMs / Number(times);
  return intervalMs > 0 && intervalMs <= LONGEST_MS ? intervalMs : undefined;
}

/** The longest timer Node keeps: 2^31 - 1 ms, about 24.8 days. */
const LONGEST_MS = 2_147_483_647;
