/** The locks that a step needs. */
import type { Lock } from './concurrency.ts';
import type { Step } from './step.ts';

/** Its own, and that of the workflow that runs inside it; each name once. Most steps need none. */
export function locksOf({ lock, work }: Step): readonly Lock[] {
  const inner = work?.kind === 'workflow' ? work.inside.lock : undefined;
  if (inner === undefined || inner.name === lock?.name) return lock === undefined ? NONE : [lock];
  return lock === undefined ? [inner] : [lock, inner];
}

const NONE: readonly Lock[] = [];
