/** What the scheduler is told when a step ends, and what it answers. */
import type { SkipReason } from '../model/event.ts';

/** How a step that was taken ended; `ignored` is a failure that counts as a success. */
export type Settling =
  /** Those of its dependants in `except` are not to run, because of that. */
  | {
      readonly how: 'succeeded';
      readonly except?: Exclusion;
    }
  | { readonly how: 'failed' | 'cancelled' | 'ignored' }
  /** It failed, and its fallback runs in its place from here on, or is ready to. */
  | { readonly how: 'replaced' }
  /** It was taken, and its condition found false. */
  | { readonly how: 'skipped' };

/** Steps that are not to run, and why. */
export interface Exclusion {
  readonly steps: ReadonlySet<number>;
  readonly because: SkipReason;
}

/** A step that will never run. */
export interface Skip {
  readonly index: number;
  readonly because: SkipReason;
}
