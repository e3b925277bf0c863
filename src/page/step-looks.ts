/** The word by which a step is painted everywhere on the page. */
import type { StepRecord } from '../model/record.ts';

export function looksOf({ status, cached }: StepRecord): string {
  return status === 'succeeded' && cached !== undefined ? 'cached' : status;
}
