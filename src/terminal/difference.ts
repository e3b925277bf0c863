/** Says where two values differ. */
import { visible } from './visible.ts';

export function renderDifference(difference: {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}): string {
  const { path, before = 'not there', after = 'not there' } = difference;
  return visible(`${path === '' ? 'the value' : path}: ${before} → ${after}`);
}
