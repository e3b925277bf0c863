/** A workflow file that reads well: every field decoded, defaults left out, nothing yet proven about the graph. */
import type { Isolation, Language, LimitName, Runtime, Script } from '../../runners/contract.ts';
import type { Cap, Lock, NamedPool, Rate } from './concurrency.ts';
import type { PlainValue, WorkflowInput, WorkflowOutput } from './input.ts';
import type { Permissions } from './permissions.ts';
import type { SourceFile, Span } from './source.ts';
import type { Expression, Template } from './template.ts';

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

/** What the engine does itself. */
export type HostWork =
  | { readonly kind: 'wait'; readonly forMs: number }
  | { readonly kind: 'wait_until'; readonly moment: Template }
  /** Exactly one of the two. */
  | { readonly kind: 'wait_for'; readonly file?: Template; readonly signal?: Template }
  | {
      readonly kind: 'human';
      readonly title: Template;
      readonly assignee?: Template;
      /** A JSON Schema. */
      readonly form?: PlainValue;
      /** What counts as said when the time is over: values that fit the form, or a rejection. */
      readonly default?: { readonly values: PlainValue } | 'rejected';
    }
  | NestedWork;

/** Steps inside a step: those of another file, or of the same. `inside` is what they are of. */
export type NestedWork =
  | { readonly kind: 'workflow'; readonly inside: Workflow }
  /** `callback` is the step among them that gets how all others ended. */
  | { readonly kind: 'group'; readonly inside: Workflow; readonly callback?: string }
  | { readonly kind: 'race'; readonly inside: Workflow; readonly settle: RaceRule };

/** What ends a race: a step that succeeds, or any that ends. */
export type RaceRule = 'first_success' | 'first_done';

export type HostKind = HostWork['kind'];

/** The field of a step that says what the engine is to do, by the kind of that. */
export const HOST_FIELDS: Readonly<Record<HostKind, string>> = {
  wait: 'wait',
  wait_until: 'wait_until',
  wait_for: 'wait_for',
  human: 'title',
  workflow: 'workflow',
  group: 'parallel',
  race: 'race',
};

/** Whether it holds no place of the cap while it lasts, since it only waits. */
export function onlyWaits({ work, foreach }: Step): boolean {
  return work !== undefined && foreach === undefined && WAITS.has(work.kind);
}

const WAITS: ReadonlySet<HostKind> = new Set(['wait', 'wait_until', 'wait_for', 'human']);

export function isHostKind(kind: StepKind): kind is HostKind {
  return Object.hasOwn(HOST_FIELDS, kind);
}

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

export interface Foreach {
  readonly over: Over;
  /** Items at once at most; absent, as many as there is room for. */
  readonly maxConcurrent?: number;
  readonly onFailedItem: OnFailedItem;
  /** The number of the one item that is done, whose output is the step's; absent for all. */
  readonly only?: number;
}

/** Where the items come from. */
export type Over =
  /** A list, a table or a whole number; the text of the file is `shown`. */
  | { readonly kind: 'values'; readonly values: Template; readonly shown: string }
  /** Both ends included. */
  | { readonly kind: 'range'; readonly from: Template; readonly to: Template; readonly by: Template }
  | { readonly kind: 'glob'; readonly patterns: Template }
  /** All combinations, without those in `exclude`, and with what `include` adds. */
  | {
      readonly kind: 'matrix';
      readonly axes: readonly (readonly [string, Template])[];
      readonly include?: Template;
      readonly exclude?: Template;
    }
  /** The same as one table that is computed. */
  | { readonly kind: 'computed-matrix'; readonly matrix: Template };

/** No more items begin; all are done, and the step fails in the end; all are done, and `null` stands for those that failed. */
export type OnFailedItem = 'stop' | 'continue' | 'ignore';

export interface Branches {
  readonly on: Expression;
  /** Names of steps by the value that they stand for, as text. */
  readonly cases: readonly (readonly [string, readonly string[]])[];
  /** Steps for every other value. */
  readonly others: readonly string[];
}

/** Workflow's and step's `limits`, merged: bytes, milliseconds, or a count. */
export type StepLimits = { readonly [K in LimitName]?: { readonly value: number; readonly from: 'step' | 'workflow' } };

/** What the graph checks need of a workflow; also a file with mistakes has one. */
export interface Outline {
  readonly file: SourceFile;
  /** In declared order. */
  readonly steps: readonly (Pick<Step, 'name' | 'span' | 'dependsOn' | 'inputs'> & Partial<Pick<Step, 'language'>>)[];
  /** Of the steps inside steps; absent for none. */
  readonly inside?: readonly Outline[];
}

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

/** What a step may be named; such a name is never used raw as a file name. */
export const NAME: RegExp = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/** The words a file may use for each language; the first is the one we write. */
export const LANGUAGE_NAMES: Readonly<Record<Language, readonly string[]>> = {
  lua: ['lua'],
  javascript: ['javascript', 'js', 'node', 'nodejs'],
  python: ['python', 'py', 'python3'],
  shell: ['shell', 'bash', 'sh'],
  wasm: ['wasm', 'webassembly'],
  // Named by its own field.
  action: [],
};

/** What a step is called where languages are shown: of an action its own name. */
export function kindWord({ language, script }: Pick<Step, 'language' | 'script'>): string {
  return script?.kind === 'action' ? script.action : language;
}
