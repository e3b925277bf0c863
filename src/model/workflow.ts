/** A workflow file that reads well: every field decoded, defaults left out, nothing yet proven about the graph. */
import type { Cap, Lock, NamedPool } from './concurrency.ts';
import type { WorkflowInput, WorkflowOutput } from './input.ts';
import type { SourceFile } from './source.ts';
import type { Step } from './step.ts';

export type ExecutionMode = 'sequential' | 'parallel' | 'work-stealing';
/** What a failed step means for the others: finish what runs, stop what runs, or go on with what does not depend on it. */
export type FailureMode = 'no-new' | 'kill' | 'continue';

export interface Workflow {
  readonly name: string;
  readonly description?: string;
  readonly file: SourceFile;
  /** By which its runs are found. */
  readonly tags?: readonly string[];
  readonly mode?: ExecutionMode;
  readonly maxParallelSteps?: Cap;
  /** In declared order; absent for none. */
  readonly pools?: readonly NamedPool[];
  /** No other run that has it goes on meanwhile. */
  readonly lock?: Lock;
  readonly failureMode?: FailureMode;
  /** For the whole run. */
  readonly timeoutMs?: number;
  /** Absent where its steps share none. */
  readonly memory?: SharedMemorySettings;
  /** Names of the secrets that steps may name; absent where it says nothing of them. */
  readonly secrets?: readonly string[];
  /** In declared order; absent for none. */
  readonly inputs?: readonly WorkflowInput[];
  /** In declared order; absent where the run returns what its last steps give. */
  readonly outputs?: readonly WorkflowOutput[];
  /** In declared order. */
  readonly steps: readonly Step[];
}

export interface SharedMemorySettings {
  /** Bytes of all keys and values. */
  readonly limit: number;
  /** What it holds before the first step, as JSON. */
  readonly initial: ReadonlyMap<string, string>;
}
