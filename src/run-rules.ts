/** Whose word counts for a run: that of whoever starts it, else the file's, else the configuration's. */
import { availableParallelism } from 'node:os';
import type { RunOptions } from './api.ts';
import type { Config } from './config/config.ts';
import type { GivenOptions } from './model/history.ts';
import type { ExecutionMode, FailureMode, Workflow } from './model/workflow.ts';
import type { SettledInputs } from './run/given-inputs.ts';

export interface RunRules {
  readonly mode: ExecutionMode;
  readonly failureMode: FailureMode;
  /** Most steps at once. */
  readonly cap: number;
  /** Of steps and those inside them, which may be several at once in any mode. */
  readonly places: number;
  /** The cap follows what the machine has to spare. */
  readonly isAuto: boolean;
  /** Nothing for no limit. */
  readonly timeoutMs: number | undefined;
}

export function rulesOf(workflow: Workflow, options: RunOptions, execution: Config['execution']): RunRules {
  const mode = options.mode ?? workflow.mode ?? execution.mode;
  const most = options.maxParallelSteps ?? workflow.maxParallelSteps ?? execution.maxParallelSteps;
  const places = typeof most === 'number' && most > 0 ? most : availableParallelism();
  const timeoutMs = options.timeoutMs ?? workflow.timeoutMs ?? execution.timeoutMs;
  return {
    mode,
    failureMode: options.failureMode ?? workflow.failureMode ?? execution.failureMode,
    cap: mode === 'sequential' ? 1 : places,
    places,
    isAuto: mode !== 'sequential' && most === 'auto',
    timeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
  };
}

/** What is kept of them; values of secrets are asked for again when the run is resumed. */
export function givenOptions(
  { mode, maxParallelSteps, failureMode, timeoutMs, workdir, tags, allow }: RunOptions,
  { values, secrets, shown }: SettledInputs,
): GivenOptions {
  const open = Object.entries(values).filter(([name]) => !secrets.has(name));
  return {
    ...(shown !== undefined && { inputs: Object.fromEntries(open) }),
    ...(mode !== undefined && { mode }),
    ...(maxParallelSteps !== undefined && { maxParallelSteps }),
    ...(failureMode !== undefined && { failureMode }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(workdir !== undefined && { workdir }),
    ...(tags !== undefined && { tags }),
    ...(allow !== undefined && { allow }),
  };
}
