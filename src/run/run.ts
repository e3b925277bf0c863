/** One execution of a plan: starts what the scheduler says, on the pool, and tells what happens. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { Happening, RunEvent, RunListener, RunStatus, StopReason } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode, FailureMode, Step } from '../model/workflow.ts';
import { type AttemptEnd, StepRun } from './attempts.ts';
import { gather } from './inputs.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import type { Pool } from './pool.ts';
import { mayBeCached, type Recall } from './recall.ts';
import { Scheduler, type Skip } from './scheduler.ts';
import { makeWorkdir, type Workdir } from './workdir.ts';

export interface PlanRunOptions {
  readonly mode: ExecutionMode;
  readonly failureMode: FailureMode;
  /** At most so many steps at once; at least 1. */
  readonly cap: number;
  /** For the whole run; nothing means none. */
  readonly timeoutMs: number | undefined;
  readonly settings: Omit<JobSettings, 'workdir' | 'tmp' | 'secrets'>;
  /** Absent where no step names a secret. */
  readonly secrets?: () => Promise<JobSettings['secrets']>;
  /** Names of the host's environment that are secrets. */
  readonly hidden: ReadonlySet<string>;
  /** Outputs of steps that succeeded before the run was resumed; absent where it is not. */
  readonly kept?: ReadonlyMap<string, EncodedValue>;
  /** `HWFE_WORKDIR`, which is there and stays; nothing means a temporary one. */
  readonly workdir: string | undefined;
  /** Asked about steps that may be cached. */
  readonly recall?: Recall;
  /** Keys under which steps ran before, whose time and random numbers they get again. */
  readonly keys?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Whether steps are cached that do not say so. */
  readonly cacheDefault?: boolean;
}

export class PlanRun {
  /** Resolves once every step has settled and nothing of the run is left on the machine. */
  readonly finished: Promise<RunStatus>;
  readonly #plan: Plan;
  readonly #pool: Pool;
  readonly #options: PlanRunOptions;
  readonly #listener: RunListener;
  readonly #scheduler: Scheduler;
  readonly #outputs: (EncodedValue | undefined)[];
  /** By index. Not a Map: each table that a Map outgrows is kept by the one before it until the collector gets to both. */
  readonly #active: (StepRun | undefined)[];
  readonly #startedAt = performance.now();
  readonly #settled: () => void;
  #workdir: Workdir | undefined;
  #secrets: JobSettings['secrets'];
  #level = -1;
  #anyFailed = false;
  #stopped: StopReason | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: Plan, pool: Pool, options: PlanRunOptions, listener: RunListener) {
    this.#plan = plan;
    this.#pool = pool;
    this.#options = options;
    this.#listener = listener;
    this.#secrets = { values: new Map(), hidden: options.hidden };
    this.#scheduler = new Scheduler(plan, options);
    this.#outputs = plan.steps.map(() => undefined);
    this.#active = plan.steps.map(() => undefined);
    let settled = (): void => {};
    const allSettled = new Promise<void>((resolve) => {
      settled = resolve;
    });
    this.#settled = settled;
    this.finished = this.#go(allSettled);
  }

  /** Starts nothing more and ends what runs. Does nothing the second time. */
  stop(reason: StopReason): void {
    if (this.#stopped !== undefined || this.#scheduler.done) return;
    this.#stopped = reason;
    this.#tell({ kind: 'run-stopping', reason });
    this.#tellSkips(this.#scheduler.stop(reason));
    for (const step of this.#active) step?.stop();
    if (this.#scheduler.done) this.#settled();
  }

  /** As `stop`, without waiting for anything to end cleanly. */
  kill(): void {
    this.stop('cancelled');
    for (const step of this.#active) step?.kill();
  }

  async #go(allSettled: Promise<void>): Promise<RunStatus> {
    const { mode, failureMode, cap, timeoutMs, settings, workdir } = this.#options;
    const { workflow, steps, levels } = this.#plan;
    const beginning = {
      workflow: workflow.name,
      file: workflow.file.path,
      mode,
      failureMode,
      cap: mode === 'sequential' ? 1 : cap,
      levels: levels.map((level) => level.map((index) => steps[index]!.step.name)),
    };
    const { kept } = this.#options;
    if (kept === undefined) this.#tell({ kind: 'run-started', ...beginning });
    else this.#tell({ kind: 'run-resumed', ...beginning, kept: this.#keep(kept) });
    const now = steps.some(({ step }) => runtimeOf(step, settings.runners) === 'native');
    this.#workdir = makeWorkdir({ now, ...(workdir !== undefined && { keep: workdir }) });
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.stop('timed-out'), timeoutMs);
    // What was started without waiting begins at once.
    if (this.#options.secrets !== undefined) this.#secrets = await this.#options.secrets();
    if (this.#scheduler.done) this.#settled();
    else this.#startReady();
    await allSettled;
    clearTimeout(this.#timer);
    await this.#workdir?.[Symbol.asyncDispose]();
    const status = this.#status();
    this.#tell({ kind: 'run-settled', status, durationMs: performance.now() - this.#startedAt });
    return status;
  }

  /** Gives the names of the kept steps in plan order. */
  #keep(kept: ReadonlyMap<string, EncodedValue>): string[] {
    const names: string[] = [];
    for (const { index, step } of this.#plan.steps) {
      const output = kept.get(step.name);
      if (output === undefined) continue;
      this.#outputs[index] = output;
      this.#scheduler.keep(index);
      names.push(step.name);
    }
    return names;
  }

  #startReady(): void {
    if (this.#options.mode === 'parallel') this.#tellLevels();
    for (const index of this.#scheduler.take()) {
      const planned = this.#plan.steps[index]!;
      const inputs = gather(
        planned.dependsOn.map((dependency) => this.#plan.steps[dependency]!.step.name),
        planned.dependsOn.map((dependency) => this.#outputs[dependency]!),
      );
      const { path: workdir = '', tmp = '' } = this.#workdir ?? {};
      const settings: JobSettings = { ...this.#options.settings, workdir, tmp, secrets: this.#secrets };
      const run = new StepRun(planned.step, inputs, settings, this.#pool, (happening) => this.#tell(happening), {
        recall: this.#recallFor(planned.step),
        key: this.#options.keys?.get(planned.step.name),
      });
      this.#active[index] = run;
      void run.finished.then((end) => this.#settle(index, end));
    }
  }

  #recallFor(step: Step): Recall | undefined {
    const { recall, cacheDefault = false, settings } = this.#options;
    return recall !== undefined && mayBeCached(step, settings, cacheDefault) ? recall : undefined;
  }

  #settle(index: number, end: AttemptEnd): void {
    this.#active[index] = undefined;
    const step = this.#plan.steps[index]!.step.name;
    const { attempt, durationMs } = end;
    switch (end.how) {
      case 'succeeded':
        this.#outputs[index] = end.output;
        this.#tell({
          kind: 'step-succeeded',
          step,
          attempt,
          ...(end.cached && { cached: end.cached }),
          output: end.output,
          durationMs,
          usage: end.usage,
        });
        break;
      case 'failed':
        this.#anyFailed = true;
        this.#tell({ kind: 'step-failed', step, attempt, failure: end.failure, durationMs, usage: end.usage });
        break;
      case 'cancelled':
        this.#tell({ kind: 'step-cancelled', step, attempt, durationMs });
        break;
    }
    this.#tellSkips(this.#scheduler.settle(index, end.how));
    if (end.how === 'failed' && this.#options.failureMode === 'kill') {
      for (const sibling of this.#active) sibling?.stop();
    }
    if (this.#scheduler.done) this.#settled();
    else this.#startReady();
  }

  #status(): RunStatus {
    if (this.#stopped === 'cancelled') return 'cancelled';
    return this.#anyFailed || this.#stopped !== undefined ? 'failed' : 'succeeded';
  }

  #tellLevels(): void {
    while (this.#level < this.#scheduler.level) {
      this.#level += 1;
      const steps = this.#plan.levels[this.#level]!.map((index) => this.#plan.steps[index]!.step.name);
      this.#tell({ kind: 'level-started', level: this.#level, steps });
    }
  }

  #tellSkips(skips: readonly Skip[]): void {
    for (const { index, because } of skips) {
      this.#tell({ kind: 'step-skipped', step: this.#plan.steps[index]!.step.name, because });
    }
  }

  #tell(happening: Happening): void {
    this.#listener.onEvent({ ...happening, at: Date.now(), run: this.#options.settings.run } as RunEvent);
  }
}
