/** What is known of a run. */
import type {
  ActionName,
  EncodedValue,
  GrantLayer,
  Isolation,
  Runtime,
  StepFailure,
  Usage,
} from '../../runners/contract.ts';
import type { CachedFrom, GivenInputs, RunStatus, SkipReason, StopReason, TurnBegun } from './event.ts';
import type { ItemsRecord } from './items.ts';
import type { Answered, Pending } from './pending.ts';
import type { MemoryContents } from './shared-memory.ts';
import type { ExecutionMode } from './workflow.ts';
import type { StepKind } from './step.ts';

export type StepStatus =
  | 'waiting'
  | 'running'
  /** For something that no thread does. */
  | 'pending'
  | 'retrying'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'skipped';

export interface StepRecord {
  readonly name: string;
  /** 0-based. */
  readonly level: number;
  status: StepStatus;
  attempt: number;
  /** Turns of its loop that were done before the last. */
  turns?: number;
  /** Where it is done for each of several items. */
  items?: ItemsRecord;
  language?: StepKind;
  /** Of a step that does an action. */
  action?: ActionName;
  runtime?: Runtime;
  /** Absent for `thread`. */
  isolation?: Isolation;
  grants?: readonly GrantLayer[];
  startedAt?: number;
  /** From the first attempt's start to the end of the last. */
  durationMs?: number;
  output?: EncodedValue;
  /** Where the output was taken from, if the step did not run. */
  cached?: CachedFrom;
  /** Of the last attempt. */
  usage?: Usage;
  /** What it waits for, or waited for last. */
  pending?: Pending & { readonly ask: string };
  /** Who ended that. */
  answered?: Answered;
  failure?: StepFailure;
  /** The run went on as if it had succeeded. */
  ignored?: true;
  skipped?: SkipReason;
  warnings?: string[];
}

export interface RunRecord {
  run: string;
  workflow: string;
  file: string;
  mode: ExecutionMode;
  cap: number;
  /** `parked`: its process has ended, as there was nothing left to do but wait. */
  status: 'running' | 'parked' | RunStatus;
  stopped?: StopReason;
  startedAt: number;
  durationMs?: number;
  /** Where it is parked: since when its time counts, and that of steps by name, in milliseconds since the epoch. */
  timedSince?: number;
  stepsTimedSince?: Readonly<Record<string, number>>;
  /** The turns in which it waits, by step. */
  turns?: Readonly<Record<string, TurnBegun>>;
  /** What was given to it, by name; `***` for what is secret. */
  inputs?: GivenInputs;
  /** What its steps shared, as it was after the last that ended; absent where they shared nothing. */
  memory?: MemoryContents;
  /** What the workflow's `outputs` name, as one object. */
  outputs?: EncodedValue;
  /** Why these could not be computed. */
  failure?: StepFailure;
  /** By name, in plan order. */
  readonly steps: Map<string, StepRecord>;
}

export function emptyRecord(): RunRecord {
  return {
    run: '',
    workflow: '',
    file: '',
    mode: 'sequential',
    cap: 1,
    status: 'running',
    startedAt: 0,
    steps: new Map(),
  };
}
