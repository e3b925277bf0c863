/** One execution of a plan: starts what the scheduler says, on the pool, and tells what happens. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { GivenInputs, Happening, RunEvent, RunListener, RunStatus, StopReason } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import type { AttemptEnd } from './attempts.ts';
import { chosenBy } from './branches.ts';
import { Facts, hasExpressions } from './facts.ts';
import { gather } from './inputs.ts';
import { stillStanding } from './keeping.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import type { Pool } from './pool.ts';
import type { Recall } from './recall.ts';
import type { Running } from './running.ts';
import { Scheduler, type Skip } from './scheduler.ts';
import { StepStarter } from './starting.ts';
import { outlivesStop } from './tally.ts';
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
  /** Values of all inputs that the workflow declares. */
  readonly inputs?: GivenInputs;
  /** The same as they may be shown and kept. */
  readonly shownInputs?: GivenInputs;
  /** Outputs of steps that succeeded before the run was resumed; absent where it is not. */
  readonly kept?: ReadonlyMap<string, EncodedValue>;
  /** What kept steps had printed last, where that is a variable. */
  readonly lastLines?: ReadonlyMap<string, string>;
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
  readonly #options: PlanRunOptions;
  readonly #listener: RunListener;
  readonly #scheduler: Scheduler;
  /** Where something has to be computed. */
  readonly #facts: Facts | undefined;
  readonly #starter: StepStarter;
  readonly #outputs: (EncodedValue | undefined)[];
  /** By index. Not a Map: each table that a Map outgrows is kept by the one before it until the collector gets to both. */
  readonly #active: (Running | undefined)[];
  readonly #startedAt = performance.now();
  readonly #settled: () => void;
  #workdir: Workdir | undefined;
  #secrets: JobSettings['secrets'];
  #level = -1;
  #hasBegun = false;
  #anyFailed = false;
  #stopped: StopReason | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: Plan, pool: Pool, options: PlanRunOptions, listener: RunListener) {
    this.#plan = plan;
    this.#options = options;
    this.#listener = listener;
    this.#secrets = { values: new Map(), hidden: options.hidden };
    this.#scheduler = new Scheduler(plan, options);
    const { settings, hidden, inputs = {} } = options;
    this.#facts = hasExpressions(plan)
      ? new Facts(plan, {
          run: settings.run,
          env: settings.env,
          secrets: { values: new Map(), hidden },
          inputs,
          runtimeOf: (step) => runtimeOf(step, settings.runners),
        })
      : undefined;
    this.#starter = new StepStarter({
      pool,
      tell: (happening) => this.#tell(happening),
      facts: this.#facts,
      recall: options.recall,
      cacheDefault: options.cacheDefault ?? false,
      keys: options.keys,
    });
    this.#outputs = plan.steps.map(() => undefined);
    this.#active = plan.steps.map(() => undefined);
    let settled = (): void => {};
    const allSettled = new Promise<void>((resolve) => {
      settled = resolve;
    });
    this.#settled = settled;
    this.finished = this.#go(allSettled);
  }

  /** Starts nothing more but what runs always, and ends what runs but for that. Does nothing the second time. */
  stop(reason: StopReason): void {
    if (this.#stopped !== undefined || this.#scheduler.done) return;
    this.#stopped = reason;
    this.#facts?.stopped();
    this.#tell({ kind: 'run-stopping', reason });
    this.#tellSkips(this.#scheduler.stop(reason));
    this.#stopActive();
    this.#goOn();
  }

  /** As `stop`, without waiting for anything to end cleanly. */
  kill(): void {
    this.stop('cancelled');
    this.#tellSkips(this.#scheduler.stop(this.#stopped ?? 'cancelled', true));
    for (const step of this.#active) step?.kill();
    this.#goOn();
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
      ...(this.#options.shownInputs && { inputs: this.#options.shownInputs }),
    };
    const { kept } = this.#options;
    if (kept === undefined) this.#tell({ kind: 'run-started', ...beginning });
    else this.#resume(kept, beginning);
    const now = steps.some(({ step }) => runtimeOf(step, settings.runners) === 'native');
    this.#workdir = makeWorkdir({ now, ...(workdir !== undefined && { keep: workdir }) });
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.stop('timed-out'), timeoutMs);
    // What was started without waiting begins at once.
    if (this.#options.secrets !== undefined) this.#secrets = await this.#options.secrets();
    this.#hasBegun = true;
    this.#goOn();
    await allSettled;
    clearTimeout(this.#timer);
    await this.#workdir?.[Symbol.asyncDispose]();
    const failure = this.#status() === 'succeeded' ? this.#returnOutputs() : undefined;
    const status = failure === undefined ? this.#status() : 'failed';
    const durationMs = performance.now() - this.#startedAt;
    this.#tell({ kind: 'run-settled', status, durationMs, ...(failure && { failure }) });
    return status;
  }

  /** Tells of the beginning, too, since what is skipped for what was kept comes after it. */
  #resume(kept: ReadonlyMap<string, EncodedValue>, beginning: Beginning): void {
    const names: string[] = [];
    const skips: Skip[] = [];
    const skipped = new Set<number>();
    for (const [index, output] of stillStanding(this.#plan, kept)) {
      const { step } = this.#plan.steps[index]!;
      // The file may have changed since, and choose otherwise.
      if (skipped.has(index)) continue;
      this.#outputs[index] = output;
      this.#facts?.succeeded(step, output, 0, this.#options.lastLines?.get(step.name));
      const chosen = chosenBy(step, output, this.#plan, this.#facts);
      for (const skip of this.#scheduler.keep(index, chosen.ok ? chosen.value : undefined)) {
        skips.push(skip);
        skipped.add(skip.index);
      }
      names.push(step.name);
    }
    this.#tell({ kind: 'run-resumed', ...beginning, kept: names });
    this.#tellSkips(skips);
  }

  /** Starts what may start, unless nothing is left to wait for. */
  #goOn(): void {
    if (this.#hasBegun && !this.#scheduler.done) this.#startReady();
    if (this.#scheduler.done) this.#settled();
  }

  #startReady(): void {
    // What is skipped or fails before it begins makes room for others.
    for (let taken = this.#scheduler.take(); taken.length > 0; taken = this.#scheduler.take()) {
      if (this.#options.mode === 'parallel') this.#tellLevels();
      for (const index of taken) this.#startStep(index);
    }
    if (this.#options.mode === 'parallel') this.#tellLevels();
  }

  #startStep(index: number): void {
    const { step, dependsOn } = this.#plan.steps[index]!;
    const { takesFrom } = step;
    const given = dependsOn.filter(
      (dependency) =>
        this.#outputs[dependency] !== undefined &&
        (takesFrom === undefined || takesFrom.includes(this.#plan.steps[dependency]!.step.name)),
    );
    const inputs = gather(
      given.map((dependency) => this.#plan.steps[dependency]!.step.name),
      given.map((dependency) => this.#outputs[dependency]!),
    );
    const { path: workdir = '', tmp = '' } = this.#workdir ?? {};
    const settings: JobSettings = { ...this.#options.settings, workdir, tmp, secrets: this.#secrets };
    const started = this.#starter.start(step, inputs, settings);
    if (!started.ok) {
      this.#conclude(index, { how: 'failed', attempt: 0, durationMs: 0, failure: started.error, usage: NO_USAGE });
      return;
    }
    if (started.value === 'skipped') {
      const because = { kind: 'condition', expression: step.condition!.text } as const;
      this.#tellSkips([{ index, because }, ...this.#scheduler.settle(index, { how: 'skipped' })]);
      return;
    }
    const run = started.value;
    this.#active[index] = run;
    void run.finished.then((end) => {
      this.#active[index] = undefined;
      this.#conclude(index, end);
      this.#goOn();
    });
  }

  #masked(failure: StepFailure): StepFailure {
    return this.#starter.masked(failure, this.#secrets);
  }

  /** Gives why it could not. */
  #returnOutputs(): StepFailure | undefined {
    const outputs = this.#facts?.outputs();
    if (outputs?.ok === false) return this.#masked(outputs.error);
    if (outputs?.value === undefined) return undefined;
    const outcome = { ok: true, output: outputs.value, warnings: [] } as const;
    const masked = this.#secrets.masking?.outcome(outcome) ?? outcome;
    if (masked.ok) this.#tell({ kind: 'run-returned', outputs: masked.output });
    return undefined;
  }

  #conclude(index: number, end: AttemptEnd): void {
    const { step } = this.#plan.steps[index]!;
    const { attempt, durationMs } = end;
    if (end.how === 'succeeded') {
      this.#succeed(index, end);
      return;
    }
    const standIn = end.how === 'failed' ? this.#scheduler.standInFor(index) : undefined;
    if (end.how === 'failed' && standIn !== undefined) {
      this.#replace(index, standIn, end);
      return;
    }
    if (end.how === 'failed') {
      const ignored = step.ignoreFailure === true;
      if (!ignored) this.#anyFailed = true;
      const { failure, usage } = end;
      this.#facts?.failed(step, failure, attempt);
      const marks = ignored ? { ignored: true as const } : {};
      this.#tell({ kind: 'step-failed', step: step.name, attempt, failure, ...marks, durationMs, usage });
      if (ignored) {
        this.#tellSkips(this.#scheduler.settle(index, { how: 'ignored' }));
        return;
      }
    } else {
      this.#facts?.ended(step.name, 'cancelled', attempt);
      this.#tell({ kind: 'step-cancelled', step: step.name, attempt, durationMs });
    }
    this.#tellSkips(this.#scheduler.settle(index, { how: end.how }));
    if (end.how === 'failed' && this.#options.failureMode === 'kill') this.#stopActive();
  }

  #succeed(index: number, end: AttemptEnd & { how: 'succeeded' }): void {
    const { step } = this.#plan.steps[index]!;
    const { attempt, durationMs, output, usage, cached, lastLine } = end;
    this.#facts?.succeeded(step, output, attempt, lastLine);
    const replaced = this.#scheduler.replacedBy(index);
    if (replaced !== undefined) {
      this.#outputs[replaced] = output;
      this.#facts?.replaced(this.#plan.steps[replaced]!.step, output);
    }
    const deciding = replaced === undefined ? step : this.#plan.steps[replaced]!.step;
    const chosen = chosenBy(deciding, output, this.#plan, this.#facts);
    if (!chosen.ok) {
      const failure = this.#masked(chosen.error);
      this.#conclude(index, { how: 'failed', attempt, durationMs, failure, usage });
      return;
    }
    this.#outputs[index] = output;
    this.#tell({
      kind: 'step-succeeded',
      step: step.name,
      attempt,
      ...(cached && { cached }),
      output,
      durationMs,
      usage,
    });
    const except = chosen.value;
    this.#tellSkips(this.#scheduler.settle(index, { how: 'succeeded', ...(except && { except }) }));
  }

  /** Another step runs in its place, and in its room. */
  #replace(index: number, standIn: number, end: AttemptEnd & { how: 'failed' }): void {
    const { step } = this.#plan.steps[index]!;
    const { attempt, durationMs, failure, usage } = end;
    const fallback = this.#plan.steps[standIn]!.step.name;
    this.#facts?.failed(step, failure, attempt, true);
    this.#tell({ kind: 'step-failed', step: step.name, attempt, failure, fallback, durationMs, usage });
    this.#tellSkips(this.#scheduler.settle(index, { how: 'replaced' }));
    this.#startStep(standIn);
  }

  /** But for what is to run always. */
  #stopActive(): void {
    for (const [index, run] of this.#active.entries()) {
      if (run !== undefined && !outlivesStop(this.#plan.steps[index]!.step.runIf)) run.stop();
    }
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
      this.#facts?.ended(this.#plan.steps[index]!.step.name, 'skipped', 0);
      this.#tell({ kind: 'step-skipped', step: this.#plan.steps[index]!.step.name, because });
    }
  }

  #tell(happening: Happening): void {
    this.#listener.onEvent({ ...happening, at: Date.now(), run: this.#options.settings.run } as RunEvent);
  }
}

const NO_USAGE = { wallMs: 0, bytesIn: 0, bytesOut: 0 };

type Beginning = Omit<Happening & { kind: 'run-started' }, 'kind'>;
