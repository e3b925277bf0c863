/** Where what is given to a step stands. */
import type { TextContext } from './templates/text.ts';
import type { UseContext } from './templates/uses.ts';

export interface GivenPlace {
  /** `step "build"`. */
  readonly of: string;
  readonly context: Omit<UseContext, 'what'>;
  readonly files: TextContext;
}
