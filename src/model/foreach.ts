/** What a step with `foreach` or `matrix` is done for. */
import type { Template } from './template.ts';

export interface Foreach {
  readonly over: Over;
  /** Items at once at most; absent, as many as there is room for. */
  readonly maxConcurrent?: number;
  readonly onFailedItem: OnFailedItem;
  /** The number of the one item that is done, whose output is the step's; absent for all. */
  readonly only?: number;
}

/** Where the items come from. */
export type Over =
  /** A list, a table or a whole number; the text of the file is `shown`. */
  | { readonly kind: 'values'; readonly values: Template; readonly shown: string }
  /** Both ends included. */
  | { readonly kind: 'range'; readonly from: Template; readonly to: Template; readonly by: Template }
  | { readonly kind: 'glob'; readonly patterns: Template }
  /** All combinations, without those in `exclude`, and with what `include` adds. */
  | {
      readonly kind: 'matrix';
      readonly axes: readonly (readonly [string, Template])[];
      readonly include?: Template;
      readonly exclude?: Template;
    }
  /** The same as one table that is computed. */
  | { readonly kind: 'computed-matrix'; readonly matrix: Template };

/** No more items begin; all are done, and the step fails in the end; all are done, and `null` stands for those that failed. */
export type OnFailedItem = 'stop' | 'continue' | 'ignore';
