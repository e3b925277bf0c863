/** Runs one workflow file after another with the reports and the signals of the command line. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine, Run, RunOptions } from '../api.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Allowed } from '../model/permissions.ts';
import type { Plan } from '../model/plan.ts';
import type { RunListener } from '../model/event.ts';
import type { RunRecord } from '../model/record.ts';
import type { Result } from '../model/result.ts';
import type { Console, Output } from './console.ts';
import { deliver, type Delivery, prepareDelivery } from './delivery.ts';
import { createReport, type Report } from './report.ts';
import { reportDiagnostics, type Setup } from './setup.ts';
import { handleSignals } from './signals.ts';
import { STATUS } from './status.ts';
import { statusOfUnmet } from './unmet.ts';
import { remarkOn, statusOf } from './verdict.ts';
import { dryRunOf, flagged } from './wishes.ts';
import { visible } from '../terminal/visible.ts';
import { describeCap } from '../terminal/words.ts';
import { collectEarly } from './memory.ts';

export interface SessionWishes {
  readonly delivery: Delivery;
  /** Whether standard output carries events. */
  readonly events: boolean;
  readonly dryRun: boolean;
  readonly printOutput: boolean;
  /** What the run is to do beside what the flags say. */
  readonly start?: RunOptions;
  /** Whether somebody is to agree where permissions have grown. */
  readonly asks?: boolean;
  /** When the run parks; absent, where nobody can be asked. */
  readonly park?: RunOptions['park'];
  /** Gathers the workflow's inputs; what is wrong with them has been reported then, and the status is given. */
  readonly inputs?: (plan: Plan) => Promise<Result<RunOptions['inputs'], number>>;
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

export interface Session {
  /** Where reports for people go: standard output unless data goes there. */
  readonly report: Output;
  readonly isStopped: () => boolean;
  run(path: string, plan: Loaded, heading?: string): Promise<WorkflowEnd>;
}

export function createSession(engine: Engine, setup: Setup, console: Console, wishes: SessionWishes): Session {
  const { delivery, events } = wishes;
  const outIsData = events || (delivery.format !== undefined && delivery.file === undefined);
  const report = outIsData ? console.err : console.out;
  const style = setup.styleFor(report);
  const quiet = setup.config.logging.level === 'error';
  const isVerbose = ['info', 'debug', 'trace'].includes(setup.config.logging.level);
  let isStopped = false;

  async function run(path: string, plan: Loaded, heading?: string): Promise<WorkflowEnd> {
    const startedAt = Date.now();
    if (heading !== undefined && !quiet && !events) report.lines(['', style.bold(heading)]);
    if (!quiet || !plan.ok) {
      await reportDiagnostics(plan.ok ? plan.value.warnings : plan.error, setup.styleFor, console);
    }
    const end = (status: number, remark: string): WorkflowEnd => ({
      path,
      status,
      durationMs: Date.now() - startedAt,
      remark,
    });
    if (!plan.ok) return end(STATUS.wrong, 'has mistakes, see above');
    if (wishes.dryRun) {
      const [{ renderDryRun }, { forecastLines }] = await Promise.all([
        import('../terminal/dry-run.ts'),
        import('./foresee.ts'),
      ]);
      const surroundings = { setup, console, start: wishes.start, inputs: wishes.inputs };
      const forecast = await forecastLines(engine, plan.value, surroundings, setup.styleFor(console.out));
      if (typeof forecast === 'number') return end(forecast, 'was given wrong inputs, see above');
      console.out.lines(
        renderDryRun(
          plan.value,
          { ...dryRunOf(plan.value, setup, allowedOf(wishes.start)), forecast },
          setup.styleFor(console.out),
        ),
      );
      const { grownSince } = await import('./consent.ts');
      const grown = await grownSince(plan.value, setup, console);
      if (grown !== undefined)
        console.out.lines([
          '',
          `Since run ${grown.since}, its steps may also ${grown.grants.map(visible).join(', ')}.`,
        ]);
      return end(STATUS.succeeded, '');
    }
    const gathered = await wishes.inputs?.(plan.value);
    if (gathered?.ok === false) return end(gathered.error, 'lacks inputs, see above');
    const inputs = gathered?.value === undefined ? {} : { inputs: gathered.value };
    const unmet = await engine.check(plan.value, inputs);
    if (unmet.length > 0) {
      await reportDiagnostics(unmet, setup.styleFor, console);
      const status = statusOfUnmet(unmet);
      return end(status, UNMET[status]!);
    }
    // What most workflows have none of is not looked for.
    if (wishes.asks === true && plan.value.steps.some(({ step }) => step.permissions.length > 0)) {
      const { refusalOf } = await import('./consent.ts');
      const refusal = await refusalOf(plan.value, setup, console);
      if (refusal !== undefined) return end(refusal, 'asks for more permissions than before, see above');
    }
    collectEarly(plan.value.steps.length);
    const record = await execute(plan.value, inputs);
    if (!events && isVerbose) {
      const { renderUsage } = await import('../terminal/usage.ts');
      report.lines(renderUsage(record, style));
    }
    const problem = record.status === 'succeeded' ? await handOver(plan.value, record) : undefined;
    if (problem !== undefined) {
      console.err.lines([`error: ${problem}`]);
      return end(STATUS.wrong, problem);
    }
    return { ...end(statusOf(record), remarkOn(record)), durationMs: record.durationMs ?? 0 };
  }

  /** Gives what went wrong with the outputs. */
  async function handOver(plan: Plan, record: RunRecord): Promise<string | undefined> {
    const isAsked = delivery.file !== undefined || delivery.format !== undefined;
    if (console.readerGone() || (!isAsked && (quiet || events))) return undefined;
    const problem = await deliver(plan, record, { ...delivery, keptIn: wishes.start?.workdir }, console.out);
    if (problem === undefined && delivery.file !== undefined && !quiet && !events) {
      report.lines(['', `The outputs are in ${delivery.file}.`]);
    }
    return problem;
  }

  async function execute(plan: Plan, inputs: Pick<RunOptions, 'inputs'>): Promise<RunRecord> {
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
      const asks = console.ask !== undefined && wishes.park !== 'always';
      const told = isVerbose ? tellingCap(view) : view;
      active.run = engine.start(plan, {
        ...wishes.start,
        ...flagged(setup),
        ...inputs,
        park: wishes.park ?? (asks ? 'never' : 'auto'),
        listener:
          asks && plan.steps.some(({ step }) => step.work?.kind === 'human')
            ? await withAsker(told, view, active)
            : told,
      });
      prepareDelivery();
      return await active.run.finished;
    } finally {
      release();
      view.close();
    }
  }

  /** Who sits at the terminal is asked what steps ask. */
  async function withAsker(told: RunListener, view: Report, active: { run?: Run }): Promise<RunListener> {
    const { createAsker } = await import('./asker.ts');
    const asker = createAsker({
      console,
      run: () => active.run,
      below: view.below,
      interrupt: () => process.kill(process.pid, 'SIGINT'),
    });
    return {
      onEvent(event) {
        told.onEvent(event);
        asker.onEvent(event);
        if (event.kind === 'run-settled' || event.kind === 'run-parked') asker.close();
      },
    };
  }

  return { report, isStopped: () => isStopped, run };
}

const UNMET: Readonly<Record<number, string>> = {
  [STATUS.machineLacks]: 'asks for more than this machine has, see above',
  [STATUS.wrong]: 'was given wrong inputs, see above',
  [STATUS.inputMissing]: 'names inputs or secrets that have no value, see above',
};

function tellingCap(view: Report): RunListener {
  return {
    onEvent(event) {
      view.onEvent(event);
      if (event.kind === 'cap-changed') view.say(describeCap(event.cap, event.because));
    },
  };
}

function allowedOf(options: RunOptions | undefined): Allowed | undefined {
  return options?.allow && { ...options.allow, read: options.allow.read ?? [], write: options.allow.write ?? [] };
}

function sourceOf(file: string, plan: Plan, cwd: string): string | undefined {
  if (file === plan.workflow.file.path) return plan.workflow.file.text;
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch {
    return undefined;
  }
}
