/** One execution of a plan: what surrounds its steps, from the first event to the last. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { GivenInputs, Happening, RunEvent, RunListener, RunStatus, StopReason } from '../model/event.ts';
import type { KeptItems } from '../model/items.ts';
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import { Course } from './course.ts';
import { Facts, hasExpressions } from './facts.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import { placesFor } from './places.ts';
import type { Pool } from './pool.ts';
import type { Recall } from './recall.ts';
import { StepStarter } from './starting.ts';
import { makeWorkdir } from './workdir.ts';

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
  /** What is known of the items of steps that are done again, by step. */
  readonly keptItems?: ReadonlyMap<string, KeptItems>;
  /** Whether a single step may have several items at once. */
  readonly parallelItems?: boolean;
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
  /** Where something has to be computed. */
  readonly #facts: Facts | undefined;
  readonly #course: Course;

  constructor(plan: Plan, pool: Pool, options: PlanRunOptions, listener: RunListener) {
    this.#plan = plan;
    this.#options = options;
    this.#listener = listener;
    const { mode, failureMode, cap, settings, hidden, inputs = {} } = options;
    this.#facts = hasExpressions(plan)
      ? new Facts(plan, {
          run: settings.run,
          env: settings.env,
          secrets: { values: new Map(), hidden },
          inputs,
          runtimeOf: (step) => runtimeOf(step, settings.runners),
        })
      : undefined;
    const places = placesFor(mode, cap);
    const tell = (happening: Happening): void => this.#tell(happening);
    const starter = new StepStarter({
      pool,
      tell,
      facts: this.#facts,
      recall: options.recall,
      cacheDefault: options.cacheDefault ?? false,
      items: {
        places,
        isParallel: options.parallelItems ?? true,
        killsOnFailure: options.failureMode === 'kill',
        kept: options.keptItems,
      },
      keys: options.keys,
    });
    this.#course = new Course(plan, { mode, failureMode, places, facts: this.#facts, starter, tell });
    this.finished = this.#go();
  }

  /** Starts nothing more but what runs always, and ends what runs but for that. Does nothing the second time. */
  stop(reason: StopReason): void {
    this.#course.stop(reason);
  }

  /** As `stop`, without waiting for anything to end cleanly. */
  kill(): void {
    this.#course.kill();
  }

  async #go(): Promise<RunStatus> {
    const startedAt = performance.now();
    const { timeoutMs, settings, hidden, workdir } = this.#options;
    this.#tellBeginning();
    const now = this.#plan.steps.some(({ step }) => runtimeOf(step, settings.runners) === 'native');
    const room = makeWorkdir({ now, ...(workdir !== undefined && { keep: workdir }) });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.stop('timed-out'), timeoutMs);
    // What was started without waiting begins at once.
    const secrets = this.#options.secrets === undefined ? { values: new Map(), hidden } : await this.#options.secrets();
    this.#course.begin({ ...settings, workdir: room.path, tmp: room.tmp, secrets });
    await this.#course.settled;
    clearTimeout(timer);
    await room[Symbol.asyncDispose]();
    const failure = this.#status() === 'succeeded' ? this.#returnOutputs(secrets) : undefined;
    const status = failure === undefined ? this.#status() : 'failed';
    const durationMs = performance.now() - startedAt;
    this.#tell({ kind: 'run-settled', status, durationMs, ...(failure && { failure }) });
    return status;
  }

  /** What is skipped for what was kept comes after it. */
  #tellBeginning(): void {
    const { mode, failureMode, cap, shownInputs, kept, lastLines } = this.#options;
    const { workflow, steps, levels } = this.#plan;
    const beginning = {
      workflow: workflow.name,
      file: workflow.file.path,
      mode,
      failureMode,
      cap: mode === 'sequential' ? 1 : cap,
      levels: levels.map((level) => level.map((index) => steps[index]!.step.name)),
      ...(shownInputs && { inputs: shownInputs }),
    };
    if (kept === undefined) {
      this.#tell({ kind: 'run-started', ...beginning });
      return;
    }
    const taken = this.#course.takeUp({ outputs: kept, lastLines });
    this.#tell({ kind: 'run-resumed', ...beginning, kept: taken.names });
    this.#course.tellSkips(taken);
  }

  /** Gives why it could not. */
  #returnOutputs({ masking }: JobSettings['secrets']): StepFailure | undefined {
    const outputs = this.#facts?.outputs();
    if (outputs?.ok === false) return this.#course.masked(outputs.error);
    if (outputs?.value === undefined) return undefined;
    const outcome = { ok: true, output: outputs.value, warnings: [] } as const;
    const masked = masking?.outcome(outcome) ?? outcome;
    if (masked.ok) this.#tell({ kind: 'run-returned', outputs: masked.output });
    return undefined;
  }

  #status(): RunStatus {
    if (this.#course.stopped === 'cancelled') return 'cancelled';
    return this.#course.isGood ? 'succeeded' : 'failed';
  }

  #tell(happening: Happening): void {
    this.#listener.onEvent({ ...happening, at: Date.now(), run: this.#options.settings.run } as RunEvent);
  }
}
