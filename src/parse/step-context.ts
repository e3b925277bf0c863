/** What decoding a step needs to know of what is around it. */
import type { Isolation } from '../../runners/contract.ts';
import type { Permissions } from '../model/permissions.ts';
import type { SourceFile } from '../model/source.ts';
import type { Dependency, Step, StepLimits } from '../model/step.ts';
import type { Each } from '../model/template.ts';
import type { Bounds } from './concurrency.ts';
import type { DecodeOptions } from './decode.ts';
import type { TextValue } from './document.ts';
import type { Lines } from './lines.ts';
import type { Mistakes } from './mistakes.ts';
import type { NestedFile, Scope } from './nested.ts';
import type { Uses } from './templates/uses.ts';

export interface StepContext extends DecodeOptions {
  readonly file: SourceFile;
  readonly lines: Lines;
  readonly mistakes: Mistakes;
  readonly uses: Uses;
  /** Of the workflow. */
  readonly env: ReadonlyMap<string, TextValue>;
  /** Of the workflow. */
  readonly limits: StepLimits;
  /** Of the workflow. */
  readonly isolation: Isolation | undefined;
  /** Of the workflow. */
  readonly cache: boolean | undefined;
  /** Of the workflow. */
  readonly deterministic: boolean | undefined;
  /** Those that the workflow declares; absent where it declares none. */
  readonly secrets: readonly string[] | undefined;
  /** Of the workflow, and of the steps around, the outermost first. */
  readonly permissions: readonly Permissions[];
  /** What is known of the items that a step around is done for. */
  readonly each?: Each | undefined;
  /** The names of the steps around, the outermost first. */
  readonly around: readonly string[];
  /** Other files whose steps run inside steps; written here. */
  readonly files: NestedFile[];
  /** What the workflow says of how many run at once. */
  readonly bounds: Bounds;
  /** Whether the workflow has a memory that its steps share. */
  readonly isShared: boolean;
  readonly isObject: boolean;
}

export interface DecodedStep {
  /** Absent if anything about the step is wrong. */
  readonly step?: Step;
  readonly dependsOn: readonly Dependency[];
  /** Of a step with steps inside it, these. */
  readonly inside?: Scope;
}
