/** What an engine takes and gives, as whoever embeds it sees it. */
import type { EncodedValue, Job } from '../runners/contract.ts';
import type { Config } from './config/config.ts';
import type { HeadStart } from './head-start.ts';
import type { Cap } from './model/concurrency.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { RunListener, StopReason, TurnBegun } from './model/event.ts';
import type { KeptItems } from './model/items.ts';
import type { Answer, Signal } from './model/pending.ts';
import type { Plan } from './model/plan.ts';
import type { RunRecord } from './model/record.ts';
import type { Result } from './model/result.ts';
import type { ExecutionMode, FailureMode } from './model/workflow.ts';
import type { WorkflowDefinition } from './parse/definition.ts';
import type { Foresight, Memory } from './run/foresee.ts';
import type { Mocks } from './run/mocked-pool.ts';
import type { Pool } from './run/pool.ts';
import type { RunStore } from './store/store.ts';

export interface EngineOptions {
  /** Default: the built-in defaults; no file is read. */
  readonly config?: Config;
  /** Where relative paths and the steps' working directory start. Default: the process's. */
  readonly cwd?: string;
  /** The environment from which steps are granted entries. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The process does nothing but run workflows, so that V8's flags may be set to suit the interpreters. Default: false. */
  readonly ownsProcess?: boolean;
  /** Remembers runs. Default: nothing does; the engine disposes of it. */
  readonly store?: RunStore;
  /** Where jobs run. Default: threads of this process; the engine disposes of it either way. */
  readonly pool?: Pool;
  /** A thread that boots already; the command's own. */
  readonly headStart?: HeadStart;
}

export interface LoadOptions {
  /** Start interpreters while the file is still being read, because the plan will be run. Default: false. */
  readonly warm?: boolean;
}

/** Paths are relative to where the engine starts. */
export interface AllowOptions {
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  /** Hosts, with or without a port. */
  readonly net?: readonly string[];
  /** Names of entries of `env`, or patterns. */
  readonly env?: readonly string[];
  /** The time, to steps of a workflow that refuses it. */
  readonly clock?: true;
  /** The same of random numbers. */
  readonly random?: true;
}

/** As they will be given to `start`. */
export type CheckOptions = Pick<RunOptions, 'inputs' | 'mocks'>;

/** What a run is to do otherwise than the workflow and the configuration say. */
export interface RunOptions {
  /** Values of the workflow's inputs, by name: what JSON can say. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly mode?: ExecutionMode;
  readonly maxParallelSteps?: Cap;
  readonly failureMode?: FailureMode;
  /** For the whole run, in milliseconds. */
  readonly timeoutMs?: number;
  /**
   * The directory that the steps share, where the files are that they hand on; made if it is not there, and kept. What is in it
   * is open to all steps of the run. Default: a temporary one, removed when the run ends.
   */
  readonly workdir?: string;
  /** Words by which the run is found, besides those of the workflow. */
  readonly tags?: readonly string[];
  /** What embedded steps may do besides what the workflow says, unless they have permissions of their own. */
  readonly allow?: AllowOptions;
  /** Stops the run as `run.stop()` does. */
  readonly signal?: AbortSignal;
  /** `off` neither uses nor fills the cache; the steps in `refresh` run, and their outputs are kept anew. */
  readonly cache?: { readonly off?: boolean; readonly refresh?: readonly string[] };
  /** Keys of the cache under which steps ran before, by their names: they get the time and the random numbers of these again. */
  readonly keys?: ReadonlyMap<string, Uint8Array>;
  /**
   * When the run ends with the status `parked` because nothing is left to do but wait: `auto`, where only people and signals can go on
   * with it, `always`, also where a moment or a file would, or `never`. Without a store it never does. Default: `auto`.
   */
  readonly park?: 'auto' | 'always' | 'never';
  /** Goes on with a run that had ended, under its id: what is in `kept` is not run again. */
  readonly resume?: Resumption;
  /** What steps do in place of their code, by their names. */
  readonly mocks?: Mocks;
  /** A person types into its one step, whose code asks for that. */
  readonly prompt?: Job['prompt'];
  /** Gets this run's events only. */
  readonly listener?: RunListener;
}

export interface Resumption {
  readonly id: string;
  /** Outputs of steps that have succeeded. */
  readonly kept: ReadonlyMap<string, EncodedValue>;
  /** What steps waited for: the question, and until when, in milliseconds since the epoch. */
  readonly waits?: ReadonlyMap<string, { readonly ask: string; readonly until?: number }>;
  /** Of a run that was parked: since when its time counts, in milliseconds since the epoch; absent, from now on. */
  readonly timedSince?: number;
  /** The same of its steps that have a deadline, by name. */
  readonly stepsTimedSince?: ReadonlyMap<string, number>;
  /** The turns in which its loops waited, by step; of an item by its name, `step[3]`. */
  readonly turns?: ReadonlyMap<string, TurnBegun>;
  /** What the steps shared, by key. */
  readonly memory?: ReadonlyMap<string, EncodedValue>;
  /** The last lines of those whose `register` keeps one, by step. */
  readonly lastLines?: ReadonlyMap<string, string>;
  /** How many attempts had failed of steps with steps inside them that were under way; of an item by its name, `step[3]`. */
  readonly attempts?: ReadonlyMap<string, number>;
  /** What items of steps that are done again have given already, by step. */
  readonly items?: ReadonlyMap<string, KeptItems>;
}

export interface Run {
  readonly id: string;
  /** What is known so far; it changes as the run goes on. */
  readonly record: RunRecord;
  /** Never rejects; resolves when nothing of the run is left on the machine. */
  readonly finished: Promise<RunRecord>;
  /** Answers a step that asks a person; the error says why that was not taken. */
  answer(step: string, answer: Answer): Result<void, string>;
  /** Says a signal, to the steps that wait for it and to those that will. */
  signal(signal: Signal): void;
  /** Starts nothing more and ends what runs, gently. Default reason: `cancelled`. */
  stop(reason?: StopReason): void;
  /** Ends what runs at once. */
  kill(): void;
}

export interface Engine extends AsyncDisposable {
  /** Reads and plans the workflow file at `path`; fails with every mistake in it at once. */
  load(path: string, options?: LoadOptions): Promise<Result<Plan, readonly Diagnostic[]>>;
  /** The same for a workflow written as an object. */
  define(definition: WorkflowDefinition): Promise<Result<Plan, readonly Diagnostic[]>>;
  /** What the plan demands of this machine that is not there, to be asked before it is started; a step without it fails. */
  check(plan: Plan, options?: CheckOptions): Promise<readonly Diagnostic[]>;
  /** What a run would take from earlier ones, and what it would run, in plan order; nothing is run. */
  foresee(plan: Plan, memory: Memory, options?: RunOptions): Promise<readonly Foresight[]>;
  /** Throws when `options.workdir` cannot be made, and when an input is missing or wrong, which `check` tells. */
  start(plan: Plan, options?: RunOptions): Run;
  /** The listener gets every run's events until it is disposed of. */
  watch(listener: RunListener): Disposable;
}
