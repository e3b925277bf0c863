/** A workflow as a TypeScript object: the fields of the file format, under the same names. */
import type { Isolation } from '../../runners/contract.ts';
import type { InputType } from '../model/input.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import type {
  DurationText,
  LimitsDefinition,
  LockDefinition,
  PermissionsDefinition,
  RateDefinition,
} from './shared-definitions.ts';
import type { StepDefinition } from './step-definition.ts';

export interface WorkflowDefinition {
  name?: string;
  description?: string;
  /** Words by which its runs are found. */
  tags?: string | readonly string[];
  /** Default: what the configuration says, else `sequential`. */
  mode?: ExecutionMode;
  /** 0 means the machine's parallelism, `auto` less of it while the machine is short of memory or processors. */
  max_parallel_steps?: number | 'auto';
  /** Room for the steps that name it, beside the cap: its size, how fast they start, or both. */
  pools?: Record<string, number | { size?: number; rate?: RateDefinition }>;
  /** No two runs with this lock go on at once on the machine. */
  lock?: LockDefinition;
  failure_mode?: FailureMode;
  /** For the whole run. */
  timeout?: DurationText;
  /** What whoever runs the workflow gives it. */
  inputs?: Record<string, InputDefinition>;
  /** What the run returns: values with templates in them, or tables with `value` and `format`. */
  outputs?: Record<string, unknown>;
  /** Steps that run at the end of a run in which a step has failed; they get `inputs.failures`. */
  on_failure?: string | readonly string[];
  /** Steps that run at the end of every run. */
  finally?: string | readonly string[];
  /** Given to every step. */
  env?: Record<string, string | number | boolean>;
  /** For each step that does not say otherwise. */
  limits?: LimitsDefinition;
  /** The least that every step gets. */
  isolation?: Isolation;
  /** Whether steps that do not say otherwise are left out where an earlier run did the same. */
  cache?: boolean;
  /** Whether cached embedded steps get a time that stands still and the same random numbers each time. Default: true. */
  deterministic?: boolean;
  /** What the steps of a run share: `memory.get`, `set`, `update` in their code. Default of `size`: `16MB`. */
  memory?: boolean | { size?: string | number; initial?: Record<string, unknown> };
  /** Those that steps may name. Default: what they name. */
  secrets?: string | readonly string[];
  /** What embedded steps may do outside of themselves. */
  permissions?: PermissionsDefinition;
  /** By name, in the order in which they are listed. */
  steps?: Record<string, StepDefinition>;
  /** The same as `steps`. */
  tasks?: Record<string, StepDefinition>;
}

export interface InputDefinition {
  /** Default: that of `default`, else `string`. */
  type?: InputType;
  description?: string;
  /** Without one, a value has to be given. */
  default?: unknown;
  enum?: readonly unknown[];
  /** A regular expression that the whole text has to match. */
  pattern?: string;
  /** Of a number its least and greatest value, of a text or list its length. */
  min?: number;
  max?: number;
  /** Whether its value is hidden in all that is shown and kept. */
  secret?: boolean;
}
