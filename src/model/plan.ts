/** A workflow proven runnable: every dependency exists, nothing waits for itself, steps grouped into levels. */
import type { Diagnostic } from './diagnostic.ts';
import type { Workflow } from './workflow.ts';
import type { Step } from './step.ts';

export interface Plan {
  readonly workflow: Workflow;
  /** What the file should mend, though it runs. */
  readonly warnings: readonly Diagnostic[];
  /** In plan order: level by level, each level in start order. `PlannedStep.index` is the position here. */
  readonly steps: readonly PlannedStep[];
  /** Indices into `steps`; a step's dependencies are all in earlier levels. */
  readonly levels: readonly (readonly number[])[];
}

export interface PlannedStep {
  readonly index: number;
  readonly step: Step;
  /** 0-based. */
  readonly level: number;
  readonly dependsOn: readonly number[];
  readonly dependants: readonly number[];
  /** Length of the longest chain behind this step, itself included: ready steps with more behind them start first. */
  readonly weight: number;
  /** Of the steps inside it; absent where it has none. */
  readonly inside?: Plan;
}
