/** Shows how often and how fast things went, one line each. */
import { formatDuration } from '../model/duration.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

export interface ShownStats {
  readonly name: string;
  readonly times: number;
  readonly succeeded: number;
  readonly cached: number;
  readonly median?: number;
  readonly p95?: number;
}

export function renderStats(title: string, all: readonly ShownStats[], style: Style): string[] {
  const number = (text: string): string => text.padStart(9);
  const time = (ms: number | undefined): string => number(ms === undefined ? '' : formatDuration(ms));
  return table([
    [title, ...['runs', 'succeeded', 'cached', 'median', '95 %'].map(number)].map(style.dim),
    ...all.map(({ name, times, succeeded, cached, median, p95 }) => [
      name,
      number(String(times)),
      number(times === 0 ? '' : `${Math.floor((succeeded / times) * 100)} %`),
      number(String(cached)),
      time(median),
      time(p95),
    ]),
  ]);
}
