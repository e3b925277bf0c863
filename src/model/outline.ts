/** What the graph checks need of a workflow; also a file with mistakes has one. */
import type { SourceFile } from './source.ts';
import type { Step } from './step.ts';

export interface Outline {
  readonly file: SourceFile;
  /** In declared order. */
  readonly steps: readonly (Pick<Step, 'name' | 'span' | 'dependsOn' | 'inputs'> & Partial<Pick<Step, 'language'>>)[];
  /** Of the steps inside steps; absent for none. */
  readonly inside?: readonly Outline[];
}
