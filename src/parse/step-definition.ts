/** A step as a TypeScript object: the fields of the file format, under the same names. */
import type { Isolation, Runtime } from '../../runners/contract.ts';
import type { OnFailedItem } from '../model/foreach.ts';
import type { RunRule } from '../model/step.ts';
import type { FailureMode } from '../model/workflow.ts';
import type {
  AssertDefinition,
  FileDefinition,
  HttpDefinition,
  LlmDefinition,
  NotifyDefinition,
  TransformDefinition,
} from './actions/action-definition.ts';
import type {
  DurationText,
  LimitsDefinition,
  LockDefinition,
  PermissionsDefinition,
  RateDefinition,
} from './shared-definitions.ts';

export interface StepDefinition {
  description?: string;
  /** Default: `shell` with `cmd`, `wasm` with `module`, what the ending of `file` says, else `lua`. */
  language?:
    | 'lua'
    | 'javascript'
    | 'js'
    | 'node'
    | 'nodejs'
    | 'python'
    | 'py'
    | 'python3'
    | 'shell'
    | 'bash'
    | 'sh'
    | 'wasm'
    | 'webassembly'
    | 'wait'
    | 'wait_until'
    | 'wait_for'
    | 'human'
    | 'workflow'
    | 'group'
    | 'race';
  runtime?: Runtime;
  /** How strictly it is kept apart; the strictest of this, the workflow's and the configuration's counts. */
  isolation?: Isolation;
  /** The host program that runs a shell or native step. */
  interpreter?: string;
  /** One of `code`, `file`, `module`, `cmd`, or an action: `http`, `file`, `llm`, `transform`, `assert`, `notify`. */
  code?: string;
  /** A code file, beside the workflow; or an operation on files that the step was granted. */
  file?: string | FileDefinition;
  http?: HttpDefinition;
  /** Asks a language model of the configuration. */
  llm?: LlmDefinition;
  /** Tells people, by a webhook or by mail. */
  notify?: NotifyDefinition;
  /** Computes a value. */
  transform?: TransformDefinition;
  /** Fails where an expression is false. */
  assert?: AssertDefinition;
  /** A `.wasm` file. */
  module?: string;
  /** Shell code. */
  cmd?: string;
  /** The WASM export that is called. Default: `run`. */
  func?: string;
  /** The same as `func`. */
  function?: string;
  /** Numbers for a WASM function, words for a WASI command. */
  args?: readonly (number | bigint | string)[];
  depends_on?: string | readonly string[];
  /** It is skipped where this expression is false. */
  if?: string;
  /** What has to be so of its dependencies before it starts. Default: `all_success`. */
  run_if?: RunRule;
  /** How many of its dependencies have to succeed before it starts. */
  at_least?: number;
  /** An expression, computed when the step has succeeded; `output` is what it gave. */
  switch?: string;
  /** The steps that go on, by the value of `switch` as text. */
  case?: Record<string, string | readonly string[]>;
  /**
   * The steps that go on where `case` lacks the value. Of a step that asks a person: what counts as said when `timeout`
   * is over; `true` is a yes, `false` a no.
   */
  default?: string | readonly string[] | boolean | Record<string, unknown>;
  /** The step is done again until `until` is true, at most `max` times. Default of `max`: 100. */
  loop?: { until: string; max?: number; delay?: DurationText };
  /** The step is done for each item: an expression, a list, a table, a count, a range, or the files that a pattern finds. */
  foreach?:
    | string
    | number
    | readonly unknown[]
    | { from: number | string; to: number | string; by?: number | string }
    | { glob: string | readonly string[] }
    | Record<string, unknown>;
  /** The step is done for each combination; `exclude` leaves some out, `include` adds to them. */
  matrix?: string | Record<string, string | readonly unknown[]>;
  /** Items, or steps in `parallel`, at once at most. Default: as many as there is room for. */
  max_concurrent?: number;
  /** What a failed item means. Default: `stop`. */
  on_failed_item?: OnFailedItem;
  /** The pool of the workflow in which it runs. */
  pool?: string;
  /** How fast its items, turns and attempts start. */
  rate?: RateDefinition;
  /** Of steps that are ready, those with the highest start first. Default: 0. */
  priority?: number;
  /** For how many steps it counts, towards the cap and in its pool. Default: 1. */
  cost?: number;
  /** Nothing else with this lock is done meanwhile, in any run on the machine. */
  lock?: LockDefinition;
  /** Another attempt follows a failed one only where this expression is true. */
  retry_if?: string;
  /** In place of code: the step lets so much time pass. */
  wait?: DurationText;
  /** In place of code: the step waits until `2027-01-31T08:00:00Z`, or until the next `18:30`. */
  wait_until?: string;
  /** In place of code: the step waits for a file, or for what `hwfe signal` says. */
  wait_for?: { file?: string; signal?: string };
  /** In place of code: what a person is asked. */
  title?: string;
  /** Who is asked. */
  assignee?: string;
  /** A JSON Schema of what they are to give. */
  form?: Record<string, unknown>;
  /** In place of code: another workflow file, whose steps run inside this one; relative to where the engine starts. */
  workflow?: string;
  /** In place of code: steps that run beside each other inside this one. */
  parallel?: Record<string, StepDefinition>;
  /** What a failure among these means for the others. Default: as in the whole run. */
  failure_mode?: FailureMode;
  /** A step that runs once after all in `parallel`, and gets how each ended as `inputs.outcomes`. */
  callback?: StepDefinition;
  /** In place of code: steps of which the first to succeed counts, or the first to end at all. */
  race?: { steps: Record<string, StepDefinition>; settle?: 'first_success' | 'first_done' };
  /** For all attempts, turns and delays together. */
  deadline?: DurationText;
  /** The step that runs in its place when it has failed. */
  fallback?: string;
  /** The step that undoes it at the end of a run that has not succeeded. */
  compensate?: string;
  /** Steps that run when it has failed; they get the failure as `inputs.failure`. */
  on_failure?: string | readonly string[];
  /** The run goes on, and may succeed, though the step has failed. */
  ignore_failure?: boolean;
  /** Values that it gets beside the outputs of what it depends on; their texts may have templates. */
  inputs?: Record<string, unknown>;
  /** Keeps the output, or the last line that a shell step printed, as a variable of expressions. */
  register?: string;
  /** For one attempt. */
  timeout?: DurationText;
  /** Further attempts after the first. Default: 0. */
  retries?: number;
  /** Default: 0. */
  retry_delay?: DurationText;
  backoff?: BackoffDefinition;
  env?: Record<string, string | number | boolean>;
  /** Patterns of names that a shell or native step gets from the host's environment. */
  pass_env?: string | readonly string[];
  /** A shell or native step gets nothing else of the host's environment. */
  clean_env?: boolean;
  /** Names of secrets that it gets as environment entries. */
  secrets?: string | readonly string[];
  working_dir?: string;
  /** Python distributions the step imports. */
  packages?: string | readonly string[];
  limits?: LimitsDefinition;
  /** Whether the step has a part in the workflow's shared memory. Default: true where there is one. */
  memory?: boolean;
  /** Whether the step is left out where an earlier run did the same. */
  cache?: boolean;
  /** Whether it gets a time that stands still and the same random numbers each time, where it is cached. Default: the workflow's. */
  deterministic?: boolean;
  /** Patterns of files that the step reads, and of those that it writes, relative to where it runs. */
  reads?: string | readonly string[];
  writes?: string | readonly string[];
  /** Of an embedded step; it can only narrow what the workflow says. */
  permissions?: PermissionsDefinition;
}

/** The n-th delay is `base · factor^(n-1)`, at most `max`, spread by ± `jitter` of itself. */
export interface BackoffDefinition {
  kind?: 'exponential';
  /** Default: `retry_delay`, else `1s`. */
  base?: DurationText;
  /** Default: 2. */
  factor?: number;
  /** Default: `1m`. */
  max?: DurationText;
  /** 0 to 1. Default: 0. */
  jitter?: number;
}
