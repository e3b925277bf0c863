/** What the command line says of a run beside the configuration, for a real run and for a dry one. */
import { availableParallelism } from 'node:os';
import type { RunOptions } from '../api.ts';
import { strictest } from '../model/isolation.ts';
import type { Allowed } from '../model/permissions.ts';
import type { Plan } from '../model/plan.ts';
import type { DryRun } from '../terminal/dry-run.ts';
import type { Setup } from './setup.ts';

/** Only what the command line itself says goes before what the workflow file says. */
export function flagged({ config, origins }: Setup): RunOptions {
  const isFlag = (key: string): boolean => origins.get(key)?.kind === 'flag';
  const { execution } = config;
  return {
    ...(isFlag('execution.mode') && { mode: execution.mode }),
    ...(isFlag('execution.max_parallel_steps') && { maxParallelSteps: execution.maxParallelSteps }),
    ...(isFlag('execution.failure_mode') && { failureMode: execution.failureMode }),
    ...(isFlag('execution.timeout') && { timeoutMs: execution.timeoutMs }),
  };
}

export function dryRunOf({ workflow }: Plan, setup: Setup, allowed?: Allowed): DryRun {
  const { execution, runners } = setup.config;
  const flags = flagged(setup);
  const mode = flags.mode ?? workflow.mode ?? execution.mode;
  const cap = flags.maxParallelSteps ?? workflow.maxParallelSteps ?? execution.maxParallelSteps;
  return {
    mode,
    cap: mode === 'sequential' ? 1 : typeof cap === 'number' && cap > 0 ? cap : availableParallelism(),
    isAuto: cap === 'auto',
    failureMode: flags.failureMode ?? workflow.failureMode ?? execution.failureMode,
    timeoutMs: flags.timeoutMs ?? workflow.timeoutMs ?? execution.timeoutMs,
    runtimeOf: ({ language, runtime, work }) => {
      if (work !== undefined) return 'embedded';
      const runner = runners[language];
      return runtime ?? ('runtime' in runner ? runner.runtime : 'embedded');
    },
    isolationOf: (step) => strictest(execution.isolation, step.isolation),
    allowed,
  };
}
