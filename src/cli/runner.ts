/** Runs one workflow file after another with the reports and the signals of the command line. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Engine, Run, RunOptions } from '../engine.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Plan } from '../model/plan.ts';
import type { RunRecord } from '../model/record.ts';
import type { Result } from '../model/result.ts';
import type { Console, Output } from './console.ts';
import { deliver, type Delivery } from './delivery.ts';
import { createReport } from './report.ts';
import { reportDiagnostics, type Setup } from './setup.ts';
import { handleSignals } from './signals.ts';
import { STATUS } from './status.ts';

export interface RunWishes {
  readonly delivery: Delivery;
  /** Whether standard output carries events. */
  readonly events: boolean;
  readonly dryRun: boolean;
  readonly printOutput: boolean;
}

export interface WorkflowEnd {
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  /** What to say of it in a summary; empty where all is well. */
  readonly remark: string;
}

/** What the engine made of a file. */
export type Loaded = Result<Plan, readonly Diagnostic[]>;

export interface Runner {
  /** Where reports for people go: standard output unless data goes there. */
  readonly report: Output;
  readonly isStopped: () => boolean;
  run(path: string, loaded: Promise<Loaded>, heading?: string): Promise<WorkflowEnd>;
}

export function createRunner(engine: Engine, setup: Setup, console: Console, wishes: RunWishes): Runner {
  const { delivery, events } = wishes;
  const outIsData = events || (delivery.format !== undefined && delivery.file === undefined);
  const report = outIsData ? console.err : console.out;
  const style = setup.styleFor(report);
  const quiet = setup.config.logging.level === 'error';
  let isStopped = false;

  async function run(path: string, loaded: Promise<Loaded>, heading?: string): Promise<WorkflowEnd> {
    const startedAt = Date.now();
    if (heading !== undefined && !quiet && !events) report.lines(['', style.bold(heading)]);
    const plan = await loaded;
    if (!quiet || !plan.ok)
      await reportDiagnostics(plan.ok ? plan.value.warnings : plan.error, setup.styleFor, console);
    const end = (status: number, remark: string): WorkflowEnd => ({
      path,
      status,
      durationMs: Date.now() - startedAt,
      remark,
    });
    if (!plan.ok) return end(STATUS.wrong, 'has mistakes, see above');
    if (wishes.dryRun) {
      const { renderDryRun } = await import('../terminal/dry-run.ts');
      console.out.lines(renderDryRun(plan.value, dryRunOf(plan.value, setup), setup.styleFor(console.out)));
      return end(STATUS.succeeded, '');
    }
    const record = await execute(plan.value);
    if (
      record.status === 'succeeded' &&
      !(quiet && !outIsData && delivery.file === undefined) &&
      !console.readerGone()
    ) {
      const skips = events && delivery.file === undefined;
      const problem = skips ? undefined : await deliver(plan.value, record, delivery, console.out);
      if (problem !== undefined) {
        console.err.lines([`error: ${problem}`]);
        return end(STATUS.wrong, problem);
      }
    }
    return { ...end(statusOf(record), remarkOn(record)), durationMs: record.durationMs ?? 0 };
  }

  async function execute(plan: Plan): Promise<RunRecord> {
    const view = await createReport(plan, {
      events,
      console,
      output: report,
      style,
      quiet,
      printOutput: wishes.printOutput,
      sourceOf: (file) => sourceOf(file, plan, console.cwd),
    });
    const active: { run?: Run } = {};
    const release = handleSignals(
      process,
      {
        first: () => {
          isStopped = true;
          view.say('Stopping: running steps are told to end. Press Ctrl-C again to kill them.');
          active.run?.stop();
        },
        second: () => {
          view.say('Killing what still runs.');
          active.run?.kill();
        },
      },
      STATUS.cancelled,
    );
    console.onReaderGone(() => {
      isStopped = true;
      active.run?.kill();
    });
    try {
      active.run = engine.start(plan, { ...flagged(setup), listener: view });
      return await active.run.finished;
    } finally {
      release();
      view.close();
    }
  }

  return { report, isStopped: () => isStopped, run };
}

/** Only what the command line itself says goes before what the workflow file says. */
function flagged({ config, origins }: Setup): RunOptions {
  const isFlag = (key: string): boolean => origins.get(key)?.kind === 'flag';
  const { execution } = config;
  return {
    ...(isFlag('execution.mode') && { mode: execution.mode }),
    ...(isFlag('execution.max_parallel_steps') && { maxParallelSteps: execution.maxParallelSteps }),
    ...(isFlag('execution.failure_mode') && { failureMode: execution.failureMode }),
    ...(isFlag('execution.timeout') && { timeoutMs: execution.timeoutMs }),
  };
}

function dryRunOf({ workflow }: Plan, setup: Setup): import('../terminal/dry-run.ts').DryRun {
  const { execution, runners } = setup.config;
  const flags = flagged(setup);
  const mode = flags.mode ?? workflow.mode ?? execution.mode;
  const cap = flags.maxParallelSteps ?? workflow.maxParallelSteps ?? execution.maxParallelSteps;
  return {
    mode,
    cap: mode === 'sequential' ? 1 : cap > 0 ? cap : availableParallelism(),
    failureMode: flags.failureMode ?? workflow.failureMode ?? execution.failureMode,
    timeoutMs: flags.timeoutMs ?? workflow.timeoutMs ?? execution.timeoutMs,
    runtimeOf: ({ language, runtime }) => {
      const runner = runners[language];
      return runtime ?? ('runtime' in runner ? runner.runtime : 'embedded');
    },
  };
}

function statusOf(record: RunRecord): number {
  if (record.status === 'succeeded') return STATUS.succeeded;
  if (record.status === 'cancelled' && record.stopped === 'cancelled') return STATUS.cancelled;
  const failures = [...record.steps.values()].flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  const lacks = failures.length > 0 && failures.every(({ reason }) => reason === 'runtime-missing');
  return lacks ? STATUS.machineLacks : STATUS.stepFailed;
}

function remarkOn(record: RunRecord): string {
  if (record.status === 'succeeded') return '';
  if (record.stopped !== undefined) return record.stopped === 'timed-out' ? 'ran out of time' : 'cancelled';
  const failed = [...record.steps.values()].filter(({ status }) => status === 'failed').map(({ name }) => `"${name}"`);
  return `${failed.slice(0, 3).join(', ')}${failed.length > 3 ? ` and ${failed.length - 3} more` : ''} failed`;
}

function sourceOf(file: string, plan: Plan, cwd: string): string | undefined {
  if (file === plan.workflow.file.path) return plan.workflow.file.text;
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch {
    return undefined;
  }
}
