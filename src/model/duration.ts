/** Durations as files and flags write them. */

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** The longest timer Node keeps: 2^31 - 1 ms, about 24.8 days. */
const LONGEST_MS = 2_147_483_647;

/** Milliseconds of `500ms`, `1.5s`, `1m30s`, or of a bare number, which counts seconds; nothing if it is no duration, negative, or over 24.8 days. */
export function parseDuration(text: string | number): number | undefined {
  const ms = typeof text === 'number' ? text * 1000 : parseText(text.trim());
  return ms !== undefined && ms >= 0 && ms <= LONGEST_MS ? Math.round(ms) : undefined;
}

function parseText(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * UNITS[unit!]!;
  return total;
}

/** `87ms`, `1.2s`, `2m 05s`, `1h 02m`: short enough for a table column. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}
