/** How a step of a past run stands, as a row says it. */
import type { KeptValue } from '../model/history.ts';
import type { Row } from './sqlite.ts';

export interface PastStep {
  readonly step: string;
  readonly status: string;
  readonly startedAt?: number;
  readonly durationMs?: number;
  readonly output?: KeptValue;
  /** Under which its output is kept, where it was to be cached. */
  readonly key?: Uint8Array;
  /** The run from which the output was taken. */
  readonly cachedFrom?: string;
}

export function stepOf(row: Row): PastStep {
  const hash = row['output'];
  return {
    step: String(row['step']),
    status: String(row['status']),
    ...(row['started_at'] !== null && { startedAt: Number(row['started_at']) }),
    ...(row['duration_ms'] !== null && { durationMs: Number(row['duration_ms']) }),
    ...(row['cache_key'] instanceof Uint8Array && { key: row['cache_key'] }),
    ...(row['cached_from'] !== null && { cachedFrom: String(row['cached_from']) }),
    ...(hash instanceof Uint8Array && {
      output: { hash: Buffer.from(hash).toString('hex'), size: Number(row['size']) },
    }),
  };
}
