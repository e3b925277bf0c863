/** Everything that can happen in a run, in the order it happens. */
import type {
  ActionName,
  EncodedValue,
  Isolation,
  PrintedLine,
  Runtime,
  StepFailure,
  Usage,
  GrantLayer,
} from '../../runners/contract.ts';
import type { PlainValue } from './input.ts';
import type { Answered, Pending } from './pending.ts';
import type { MemoryChange } from './shared-memory.ts';
import type { ExecutionMode, FailureMode } from './workflow.ts';
import type { StepKind } from './step.ts';

/** `at` is milliseconds since the epoch. Every step gets exactly one of succeeded, failed, cancelled, skipped. */
export type RunEvent = { readonly at: number; readonly run: string } & (
  | {
      readonly kind: 'run-started';
      readonly workflow: string;
      readonly file: string;
      readonly mode: ExecutionMode;
      readonly failureMode: FailureMode;
      /** At most so many steps at once. */
      readonly cap: number;
      /** Step names by level. */
      readonly levels: readonly (readonly string[])[];
      /** By name, `***` for what is secret; absent where the workflow has none. */
      readonly inputs?: GivenInputs;
    }
  /** A run that had ended goes on: what was kept is as it was, every other step starts anew. */
  | {
      readonly kind: 'run-resumed';
      readonly workflow: string;
      readonly file: string;
      readonly mode: ExecutionMode;
      readonly failureMode: FailureMode;
      readonly cap: number;
      readonly levels: readonly (readonly string[])[];
      readonly inputs?: GivenInputs;
      /** Steps that have succeeded already. */
      readonly kept: readonly string[];
    }
  /** Mode `parallel` only; 0-based. */
  | { readonly kind: 'level-started'; readonly level: number; readonly steps: readonly string[] }
  | {
      readonly kind: 'step-started';
      readonly step: string;
      readonly language: StepKind;
      /** Which one; absent for any other step. */
      readonly action?: ActionName;
      /** Absent for what the engine does itself. */
      readonly runtime?: Runtime;
      /** Absent for `thread`. */
      readonly isolation?: Isolation;
      /** Names of the secrets that it gets; absent for none. */
      readonly secrets?: readonly string[];
      /** What an embedded step may do outside of itself, each of which has to allow it; absent where nothing is granted. */
      readonly grants?: readonly GrantLayer[];
      readonly attempt: number;
    }
  /** The step waits for something that no thread does. */
  | {
      readonly kind: 'step-pending';
      readonly step: string;
      readonly pending: Pending;
      /** By which an answer is known to be one to this question; a resumed run asks the same. */
      readonly ask: string;
    }
  /** Somebody ended that, or its time was over. */
  | { readonly kind: 'step-answered'; readonly step: string; readonly answered: Answered }
  /** `cached`: said then, by the step from which the output is taken now. */
  | {
      readonly kind: 'step-printed';
      readonly step: string;
      /** Of the item that printed them. */
      readonly item?: number;
      readonly lines: readonly PrintedLine[];
      readonly cached?: CachedFrom;
    }
  | {
      readonly kind: 'step-warned';
      readonly step: string;
      readonly item?: number;
      readonly message: string;
      readonly cached?: CachedFrom;
    }
  /** An attempt failed, and the next starts after the delay. Of a step with steps inside it, it is one at all of these. */
  | {
      readonly kind: 'step-retrying';
      readonly step: string;
      /** The item whose attempt it was. */
      readonly item?: number;
      readonly attempt: number;
      readonly failure: StepFailure;
      readonly delayMs: number;
      /** Steps inside it of which the attempt told anything: they start anew, and nothing is known of them. */
      readonly inside?: readonly string[];
    }
  /** It is done for each of these items, after its `step-started`. */
  | {
      readonly kind: 'step-split';
      readonly step: string;
      readonly count: number;
      /** The items as one list. */
      readonly items: EncodedValue;
      /** Ranges of items that succeeded in an earlier part of the run, both ends included; absent for none. */
      readonly kept?: readonly (readonly [first: number, last: number])[];
    }
  /** What became of some of its items, by their numbers from 0; many at once. */
  | {
      readonly kind: 'step-items';
      readonly step: string;
      /** Items that began and have not settled. */
      readonly started?: readonly number[];
      readonly succeeded?: readonly number[];
      /** What these gave, as one list in the same order. */
      readonly outputs?: EncodedValue;
      readonly failed?: readonly FailedItem[];
      readonly cancelled?: readonly number[];
    }
  /** A turn of its loop is done, and the next starts after the delay. */
  | {
      readonly kind: 'step-looping';
      readonly step: string;
      readonly item?: number;
      /** Turns done so far. */
      readonly turn: number;
      readonly delayMs: number;
      /** Steps inside it of which the turn told anything: they start anew, and nothing is known of them. */
      readonly inside?: readonly string[];
    }
  | {
      readonly kind: 'step-succeeded';
      readonly step: string;
      /** 0 where nothing ran, because an earlier run had done the same. */
      readonly attempt: number;
      /** Where the output was taken from. */
      readonly cached?: CachedFrom;
      readonly output: EncodedValue;
      readonly durationMs: number;
      readonly usage: Usage;
    }
  | {
      readonly kind: 'step-failed';
      readonly step: string;
      readonly attempt: number;
      readonly failure: StepFailure;
      /** The run goes on as if it had succeeded. */
      readonly ignored?: true;
      /** The step that runs in its place, and whose end counts. */
      readonly fallback?: string;
      readonly durationMs: number;
      /** Of the last attempt. */
      readonly usage: Usage;
    }
  /** It was running, or waiting for its next attempt, when the run was stopped. */
  | { readonly kind: 'step-cancelled'; readonly step: string; readonly attempt: number; readonly durationMs: number }
  | { readonly kind: 'step-skipped'; readonly step: string; readonly because: SkipReason }
  /** A step, or the run where none is named, waits for a lock that another has; also told when the next one has got it. */
  | { readonly kind: 'lock-awaited'; readonly step?: string; readonly lock: string; readonly holder?: LockHolder }
  /** What was waited for is there. */
  | { readonly kind: 'lock-taken'; readonly step?: string; readonly lock: string; readonly waitedMs: number }
  /** With `max_parallel_steps = "auto"`: at most so many steps at once from here on. */
  | { readonly kind: 'cap-changed'; readonly cap: number; readonly because: 'memory' | 'load' | 'room' }
  /** What steps changed in the memory that they share, told before the end of a step or of the run. */
  | { readonly kind: 'memory-changed'; readonly changes: readonly MemoryChange[] }
  /** What the workflow's `outputs` name, as one object; only where the run succeeded. */
  | { readonly kind: 'run-returned'; readonly outputs: EncodedValue }
  | { readonly kind: 'run-stopping'; readonly reason: StopReason }
  /** Nothing is left to do but wait: the process ends here, and the run goes on when it is resumed. */
  | {
      readonly kind: 'run-parked';
      readonly waiting: readonly string[];
      readonly durationMs: number;
      /** Since when the `timeout` of the whole run counts, in milliseconds since the epoch; absent where it has none. */
      readonly timedSince?: number;
      /** The same of steps under way that have a `deadline`, by name; absent for none. */
      readonly stepsTimedSince?: Readonly<Record<string, number>>;
      /** Of steps that wait within a loop, the turn that they are in, by name; absent for none. */
      readonly turns?: Readonly<Record<string, TurnBegun>>;
    }
  | {
      readonly kind: 'run-settled';
      readonly status: RunStatus;
      readonly durationMs: number;
      /** Why its outputs could not be computed, where it failed of that. */
      readonly failure?: StepFailure;
    }
);

/** A turn that has begun. */
export interface TurnBegun {
  /** From 0. */
  readonly turn: number;
  /** What the turn before gave, as JSON; absent for the first. */
  readonly before?: string;
}

export interface FailedItem {
  readonly index: number;
  /** The last attempt. */
  readonly attempt: number;
  readonly failure: StepFailure;
}

/** What an event says beside when and in which run. */
export type Happening = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at' | 'run'> : never) : never;

/** What a step printed and was warned of. */
export interface Said {
  readonly lines: readonly PrintedLine[];
  readonly warnings: readonly string[];
}

/** As it says of itself. */
export interface LockHolder {
  readonly pid: number;
  readonly run: string;
  /** Absent where the whole run holds it. */
  readonly step?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export type GivenInputs = Readonly<Record<string, PlainValue>>;

/** The run and the step that first gave an output. */
export interface CachedFrom {
  readonly run: string;
  readonly step: string;
}

/** Why a step never ran. */
export type SkipReason =
  | { readonly kind: 'dependency'; readonly step: string }
  | { readonly kind: 'failure-mode'; readonly step: string }
  /** Its `if` was false. */
  | { readonly kind: 'condition'; readonly expression: string }
  /** It is the `fallback` of that step, which did not fail. */
  | { readonly kind: 'not-needed'; readonly step: string }
  /** What its `run_if` asks for can no longer be. */
  | { readonly kind: 'run-if'; readonly rule: string }
  /** The `switch` of that step chose others. */
  | { readonly kind: 'case'; readonly step: string; readonly value: string }
  /** That step has decided the race that both were in. */
  | { readonly kind: 'race'; readonly step: string }
  | { readonly kind: 'stopped'; readonly reason: StopReason };

export type StopReason = 'cancelled' | 'timed-out';
export type RunStatus = 'succeeded' | 'failed' | 'cancelled';

/** Takes events as they happen; must not throw. */
export interface RunListener {
  onEvent(event: RunEvent): void;
}
