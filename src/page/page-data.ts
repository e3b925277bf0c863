/** What a page about a run is made of. */
import type { EncodedValue, PrintedLine } from '../../runners/contract.ts';
import type { PastRun, RunDefinition, StepDefinition } from '../model/history.ts';
import type { StepRecord } from '../model/record.ts';
import type { ExecutionMode } from '../model/workflow.ts';

export interface PageRun {
  readonly run: PastRun;
  readonly mode: ExecutionMode;
  /** At most so many steps at once. */
  readonly cap: number;
  /** Nothing where what the run was to do is gone. */
  readonly definition: RunDefinition | undefined;
  /** In plan order. */
  readonly steps: readonly PageStep[];
  /** What it returned, where its workflow names outputs. */
  readonly outputs: EncodedValue | undefined;
  /** What its steps shared, as one object. */
  readonly memory: EncodedValue | undefined;
  /** Who started it. */
  readonly user: string | undefined;
  /** How many steps this machine runs at once where nobody says. */
  readonly parallelism: number;
}

export interface PageStep {
  readonly record: StepRecord;
  readonly definition: StepDefinition | undefined;
  readonly output: { readonly size: number; readonly value: EncodedValue | undefined } | undefined;
  readonly lines: readonly PrintedLine[];
  /** How many more it printed. */
  readonly moreLines: number;
  /** Why it ran or did not, line by line; empty where nobody looked. */
  readonly why: readonly string[];
}
