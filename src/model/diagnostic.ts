/** A mistake in a file or in how the command was called, with the place it points at. */
import type { SourceFile, Span } from './source.ts';

export interface Diagnostic {
  /** Stable and documented in docs/diagnostics.md, in kebab case: `unknown-field`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** One plain sentence: what is wrong, values quoted, and where it helps what to do. */
  readonly message: string;
  readonly file?: SourceFile;
  /** Where in `file`; absent when the whole file is meant. */
  readonly span?: Span;
  /** Other places that belong to the mistake, such as the first of two definitions. */
  readonly related?: readonly { readonly message: string; readonly span: Span }[];
}
