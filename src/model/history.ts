/** What is remembered of runs. */
import type { Cap } from './concurrency.ts';
import type { GivenInputs, RunStatus, StopReason } from './event.ts';
import type { WorkflowInput } from './input.ts';
import type { SourceFile } from './source.ts';
import type { ExecutionMode, FailureMode, Workflow } from './workflow.ts';
import type { CodeStep, HostStep, Step } from './step.ts';
import type { NestedWork } from './host-work.ts';

/** `interrupted`: it never settled, and its process is gone. `parked`: its process ended since only waiting was left. */
export type PastStatus = 'running' | 'interrupted' | 'parked' | RunStatus;

/** One line of the list of runs. */
export interface PastRun {
  readonly id: string;
  readonly workflow: string;
  /** As it was given. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  /** Where hwfe was started. */
  readonly cwd: string;
  readonly options: GivenOptions;
  readonly status: PastStatus;
  readonly stopped?: StopReason;
  readonly startedAt: number;
  /** Of what ran last, where the run was resumed; absent while it runs and where it was interrupted. */
  readonly durationMs?: number;
  /** The workflow's and its own, without doubles. */
  readonly tags: readonly string[];
  /** How many steps it has, and how many of these have settled in which way. */
  readonly steps: number;
  readonly counts: StepCounts;
  /** Of hwfe. */
  readonly version: string;
  readonly pid: number;
}

export interface StepCounts {
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
}

/** What was asked of the run beside its file and the configuration. */
export interface GivenOptions {
  /** Values of all inputs but secret ones; absent where the workflow declares none. */
  readonly inputs?: GivenInputs;
  readonly mode?: ExecutionMode;
  readonly maxParallelSteps?: Cap;
  readonly failureMode?: FailureMode;
  readonly timeoutMs?: number;
  readonly workdir?: string;
  readonly tags?: readonly string[];
  readonly allow?: {
    readonly read?: readonly string[];
    readonly write?: readonly string[];
    readonly net?: readonly string[];
    readonly env?: readonly string[];
    readonly clock?: true;
    readonly random?: true;
  };
}

/** What a run was to do. */
export interface RunDefinition {
  readonly workflow: string;
  readonly file: SourceFile;
  /** Absent for none. */
  readonly inputs?: readonly WorkflowInput[];
  /** In plan order. */
  readonly steps: readonly StepDefinition[];
}

/** The steps inside one follow it, under the names that they have in the whole run. */
export type StepDefinition = Defined<CodeStep> | (Omit<Defined<HostStep>, 'work'> & { readonly work: DefinedWork });

/** What is inside has its steps elsewhere, and its file where that is another. */
export type DefinedWork = Exclude<HostStep['work'], NestedWork> | DefinedNesting;

type DefinedNesting = NestedWork extends infer W
  ? W extends NestedWork
    ? Omit<W, 'inside'> & { readonly inside: DefinedInside }
    : never
  : never;

export type DefinedInside = Omit<Workflow, 'steps' | 'file'> & { readonly file?: SourceFile };

type Defined<S extends Step> = Omit<S, 'span' | 'description' | 'dependsOn'> & {
  readonly dependsOn: readonly string[];
  /** SHA-256 of a WASM module's file. */
  readonly moduleHash?: string;
};

/** All that decides what a step gives; hashes in hexadecimal digits. */
export interface Manifest {
  readonly language: string;
  readonly runtime: string;
  readonly isolation: string;
  /** Of the interpreter. */
  readonly version: string;
  /** Hash of the code without its comments, where these are certain, or of a module's file. */
  readonly code: string;
  /** Function and arguments of a module. */
  readonly call: string;
  readonly packages: readonly string[];
  readonly workingDir: string;
  /** Whose `clock` and `random` numbers the step got, unless they were those of the key. */
  readonly senses: string;
  /** Salted hashes of the values by name. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  /** Hashes of the outputs that the step got, by the name of the step. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Hashes of the files by path. */
  readonly reads: Readonly<Record<string, string>>;
  readonly writes: readonly string[];
}

/** A value that is kept, without its bytes. */
export interface KeptValue {
  /** SHA-256 in hexadecimal digits. */
  readonly hash: string;
  readonly size: number;
}

/** Who started or resumed a run. */
export interface Starter {
  readonly user: string;
  readonly pid: number;
  /** Of hwfe. */
  readonly version: string;
}
