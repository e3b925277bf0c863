/** One node of a workflow: every field decoded, defaults left out. */
import type { Isolation, Language, LimitName, Runtime, Script } from '../../runners/contract.ts';
import type { Lock, Rate } from './concurrency.ts';
import type { Foreach } from './foreach.ts';
import type { HostKind, HostWork } from './host-work.ts';
import type { Permissions } from './permissions.ts';
import type { Span } from './source.ts';
import type { Expression, Template } from './template.ts';

/** What a thread does, in a language, or what the engine does itself. */
export type Step = CodeStep | HostStep;

export interface CodeStep extends StepCommon {
  readonly language: Language;
  readonly runtime?: Runtime;
  readonly interpreter?: string;
  readonly script: Script;
  /** Python: distributions that it imports. */
  readonly packages: readonly string[];
  /** It has a part in the workflow's shared memory. */
  readonly sharesMemory?: true;
  readonly work?: undefined;
}

/** It takes no thread. */
export interface HostStep extends StepCommon {
  readonly language: HostKind;
  readonly work: HostWork;
  readonly runtime?: undefined;
  readonly interpreter?: undefined;
  readonly script?: undefined;
  readonly packages?: undefined;
}

/** A language, or the word for what the engine does itself. */
export type StepKind = Step['language'];

/** Whether a thread does it. */
export function isCode(step: Step): step is CodeStep {
  return step.work === undefined;
}

interface StepCommon {
  readonly name: string;
  /** Of the name, where diagnostics about the step as a whole point. */
  readonly span: Span;
  readonly description?: string;
  /** The stricter of the workflow's and the step's. */
  readonly isolation?: Isolation;
  readonly dependsOn: readonly Dependency[];
  /** It is skipped where this is false; absent, it is not. */
  readonly condition?: Expression;
  /** When it may start; absent, once all dependencies have succeeded. */
  readonly runIf?: RunIf;
  /** The pool of the workflow in which it runs. */
  readonly pool?: string;
  /** Of its items, turns and attempts. */
  readonly rate?: Rate;
  /** Absent for 0; the highest goes first. */
  readonly priority?: number;
  /** For how many steps it counts; absent for 1. */
  readonly cost?: number;
  /** Nothing else that has it is done meanwhile. */
  readonly lock?: Lock;
  /** Which of its dependants go on, computed from its output. */
  readonly branches?: Branches;
  /** It is done again until something is so. */
  readonly loop?: Loop;
  /** It is done for each of several items. */
  readonly foreach?: Foreach;
  /** For one attempt. */
  readonly timeoutMs?: number;
  /** For all attempts and turns, and the time between them. */
  readonly deadlineMs?: number;
  readonly retry: RetryPolicy;
  /** Another attempt follows only where this is true. */
  readonly retryIf?: Expression;
  /** The step that runs in its place when it has failed, and whose output stands in. */
  readonly fallback?: string;
  /** The steps that get its failure when it has failed. */
  readonly onFailure?: readonly string[];
  /** The step that undoes it at the end of a run that has not succeeded. */
  readonly compensate?: string;
  /** Of its dependencies, those whose outputs it gets; absent for all. */
  readonly takesFrom?: readonly string[];
  /** It begins once all others have settled, but for those that are at the end as well. */
  readonly atEnd?: true;
  /** The run goes on as if it had succeeded, but without its output. */
  readonly ignoreFailure?: boolean;
  /** Workflow's and step's `env`, merged. */
  readonly env: Readonly<Record<string, string>>;
  /** Entries of the environment that are computed when the step starts; absent for none. */
  readonly computedEnv?: Readonly<Record<string, Template>>;
  /** Values beside the outputs of the dependencies, by name; absent for none. */
  readonly inputs?: Readonly<Record<string, Template>>;
  /** Names of its `inputs` and computed entries that may have a secret in them; absent for none. */
  readonly carriesSecrets?: readonly string[];
  /** The variable that its output is kept as. */
  readonly register?: string;
  /** Patterns of environment names that shell and native steps get from the host: `AWS_*`, `*`. */
  readonly passEnv: readonly string[];
  /** A shell or native step gets no other entries of the host's environment, not even `PATH`. */
  readonly cleanEnv?: true;
  readonly workingDir?: string;
  /** Names of the secrets that it gets as variables; absent for none. */
  readonly secrets?: readonly string[];
  readonly limits: StepLimits;
  /** Whether it is left out where an earlier run did the same; absent, the configuration says. */
  readonly cache?: boolean;
  /** Where it is cached, it gets the machine's time and random numbers all the same. */
  readonly deterministic?: false;
  /** Patterns of files, relative to where it runs; a process of the host is cached only where one of the two is given. */
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** The workflow's, then the step's own. */
  readonly permissions: readonly Permissions[];
}

/** What has to be so of the dependencies before a step starts; `at-least` counts those that succeeded. */
export type RunIf =
  | { readonly rule: Exclude<RunRule, 'all_success'> }
  | { readonly rule: 'at_least'; readonly count: number };

export type RunRule = 'all_success' | 'all_done' | 'one_success' | 'one_failed' | 'none_failed' | 'always';

export interface Loop {
  readonly until: Expression;
  /** Turns at most. */
  readonly max: number;
  readonly delayMs: number;
}

export interface Branches {
  readonly on: Expression;
  /** Names of steps by the value that they stand for, as text. */
  readonly cases: readonly (readonly [string, readonly string[]])[];
  /** Steps for every other value. */
  readonly others: readonly string[];
}

/** Workflow's and step's `limits`, merged: bytes, milliseconds, or a count. */
export type StepLimits = { readonly [K in LimitName]?: { readonly value: number; readonly from: 'step' | 'workflow' } };

export interface Dependency {
  readonly name: string;
  readonly span: Span;
}

export interface RetryPolicy {
  /** Further attempts after the first; 0 means none. */
  readonly retries: number;
  readonly delayMs: number;
  /** When given, the n-th delay is `base · factor^(n-1)`, at most `max`, spread by ± `jitter` (0 to 1) of itself. */
  readonly backoff?: {
    readonly kind: 'exponential';
    readonly baseMs: number;
    readonly factor: number;
    readonly maxMs: number;
    readonly jitter: number;
  };
}

export const NO_RETRY: RetryPolicy = { retries: 0, delayMs: 0 };

/** What a step is called where languages are shown: of an action its own name. */
export function kindWord({ language, script }: Pick<Step, 'language' | 'script'>): string {
  return script?.kind === 'action' ? script.action : language;
}

/** What a step may be named; such a name is never used raw as a file name. */
export const NAME: RegExp = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
