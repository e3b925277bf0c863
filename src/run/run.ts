/** One execution of a plan: what surrounds its steps, from the first event to the last. */
import { existsSync } from 'node:fs';
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type {
  GivenInputs,
  Happening,
  RunEvent,
  RunListener,
  RunStatus,
  StopReason,
  TurnBegun,
} from '../model/event.ts';
import type { KeptItems } from '../model/items.ts';
import type { Lock } from '../model/concurrency.ts';
import { everyStep, isWithin, namesInside } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import { AutoCap } from './auto-cap.ts';
import { Course } from './course.ts';
import { Deadlines } from './deadlines.ts';
import { type Facts, factsOf } from './facts.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import { LockWait } from './lock-wait.ts';
import type { MachineProbe } from './machine-probe.ts';
import { type EarlierWait, Lobby, type LobbyOptions } from './lobby.ts';
import { Places } from './places.ts';
import type { Pool } from './pool.ts';
import { Rooms } from './rooms.ts';
import type { Recall } from './recall.ts';
import { StepStarter } from './starting.ts';
import { Parking, type ParkRule } from './parking.ts';
import { TurnsBegun } from './turns.ts';
import { makeWorkdir, type Workdir } from './workdir.ts';

export interface PlanRunOptions {
  readonly mode: ExecutionMode;
  readonly failureMode: FailureMode;
  /** At most so many steps at once; at least 1. */
  readonly cap: number;
  /** Asked about the machine where the cap goes down while that is busy. */
  readonly probe?: MachineProbe | undefined;
  /** The same with the steps inside others, where these are more than the mode lets run beside each other; absent for `cap`. */
  readonly places?: number;
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
  /** Of steps with steps inside them that were under way, the attempts that had failed. */
  readonly attempts?: ReadonlyMap<string, number> | undefined;
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
  /** What steps waited for when the run was interrupted or parked. */
  readonly waits?: ReadonlyMap<string, EarlierWait> | undefined;
  /** Of a run that was parked, since when its time counts, and that of its steps by name, in milliseconds since the epoch. */
  readonly timedSince?: number | undefined;
  readonly stepsTimedSince?: ReadonlyMap<string, number> | undefined;
  /** The turns in which its loops waited. */
  readonly turns?: ReadonlyMap<string, TurnBegun> | undefined;
  /** What other processes say to it; absent where nobody can. */
  readonly letters?: LobbyOptions['letters'];
  /** When it parks; `never` where it could not be resumed. */
  readonly park?: ParkRule;
  /** Keeps a directory with files of a run that parks. */
  readonly keepRoom?: ((path: string) => Promise<void>) | undefined;
}

export class PlanRun {
  /** Resolves once every step has settled and nothing of the run is left on the machine. */
  readonly finished: Promise<RunStatus | 'parked'>;
  readonly lobby: Lobby;
  readonly #plan: Plan;
  readonly #options: PlanRunOptions;
  readonly #listener: RunListener;
  /** Where something has to be computed. */
  readonly #facts: Facts | undefined;
  readonly #places: Places;
  readonly #course: Course;
  /** Where the whole run waits for its lock. */
  #lockWait: LockWait | undefined;
  readonly #parking: Parking;
  readonly #deadlines: Deadlines;
  readonly #turns: TurnsBegun;
  /** Since when its time counts. */
  readonly #timedSince: number;
  #isParked = false;
  #stopped: StopReason | undefined;

  constructor(plan: Plan, pool: Pool, options: PlanRunOptions, listener: RunListener) {
    this.#plan = plan;
    this.#options = options;
    this.#listener = listener;
    const { mode, failureMode, cap, settings, hidden, inputs = {} } = options;
    this.#facts = factsOf(plan, { ...settings, inputs, hidden });
    const tell = (happening: Happening): void => this.#tell(happening);
    this.lobby = new Lobby({ tell, before: options.waits, letters: options.letters });
    this.#timedSince = options.timedSince ?? Date.now();
    this.#turns = new TurnsBegun(options.turns);
    this.#deadlines = new Deadlines(options.stepsTimedSince);
    const places = new Places(Math.max(1, options.places ?? cap));
    const rooms = new Rooms();
    const starter = new StepStarter({
      pool,
      tell,
      plan,
      within: undefined,
      mode,
      failureMode,
      places,
      rooms,
      isParallelInside: options.parallelItems ?? true,
      kept: options.kept && { outputs: options.kept, lastLines: options.lastLines, attempts: options.attempts },
      lobby: this.lobby,
      deadlines: this.#deadlines,
      turns: this.#turns,
      facts: this.#facts,
      recall: options.recall,
      cacheDefault: options.cacheDefault ?? false,
      items: {
        places,
        isParallel: (options.parallelItems ?? true) && mode !== 'sequential',
        killsOnFailure: options.failureMode === 'kill',
        kept: options.keptItems,
      },
      keys: options.keys,
      locks: new Set(plan.workflow.lock && [plan.workflow.lock.name]),
    });
    this.#places = places;
    this.#course = new Course(plan, {
      mode,
      failureMode,
      places: this.#places,
      rooms,
      facts: this.#facts,
      starter,
      tell,
    });
    this.#parking = new Parking(this.#course, this.lobby, options.park ?? 'never', () => this.#ends);
    this.finished = this.#go();
  }

  /** Starts nothing more but what runs always, and ends what runs but for that. Does nothing the second time. */
  stop(reason: StopReason): void {
    if (this.#stopped !== undefined || this.#course.isDone) return;
    this.#stopped = reason;
    this.#tell({ kind: 'run-stopping', reason });
    this.#course.stop({ kind: 'stopped', reason });
    this.#lockWait?.stop();
  }

  /** As `stop`, without waiting for anything to end cleanly. */
  kill(): void {
    this.stop('cancelled');
    this.#course.kill({ kind: 'stopped', reason: this.#stopped ?? 'cancelled' });
    this.#lockWait?.stop();
  }

  async #go(): Promise<RunStatus | 'parked'> {
    const startedAt = performance.now();
    const { timeoutMs, settings, hidden, workdir } = this.#options;
    this.#tellBeginning();
    const now = everyStep(this.#plan).some(({ step }) => runtimeOf(step, settings.runners) === 'native');
    const room = makeWorkdir({ now, ...(workdir !== undefined && { keep: workdir }) });
    const leftMs = Math.max(0, this.#timedSince + (timeoutMs ?? 0) - Date.now());
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.stop('timed-out'), leftMs);
    // What was started without waiting begins at once.
    const secrets = this.#options.secrets === undefined ? { values: new Map(), hidden } : await this.#options.secrets();
    const { lock } = this.#plan.workflow;
    const held = lock === undefined ? undefined : await this.#take(lock);
    if (held === undefined || (held.ok && held.value !== undefined)) {
      this.#course.begin({ ...settings, workdir: room.path, tmp: room.tmp, secrets });
    } else {
      // Nothing was done that had to be undone.
      this.#course.kill({ kind: 'stopped', reason: this.#stopped ?? 'timed-out' });
    }
    const auto = this.#options.probe && new AutoCap(this.#places, this.#options.probe, (event) => this.#tell(event));
    await Promise.race([this.#course.settled, this.#parking.parked]);
    auto?.[Symbol.dispose]();
    clearTimeout(timer);
    this.#parking.close();
    this.lobby.close();
    if (this.#parking.isParked) {
      if (held?.ok === true) held.value?.release();
      return this.#park(room, startedAt);
    }
    await room[Symbol.asyncDispose]();
    if (held?.ok === true) held.value?.release();
    const failure =
      held?.ok === false ? held.error : this.#status() === 'succeeded' ? this.#returnOutputs(secrets) : undefined;
    const status = failure === undefined ? this.#status() : 'failed';
    const durationMs = performance.now() - startedAt;
    this.#tell({ kind: 'run-settled', status, durationMs, ...(failure && { failure }) });
    return status;
  }

  #take(lock: Lock): LockWait['held'] {
    this.#lockWait = new LockWait({ lock, run: this.#options.settings.run, tell: (event) => this.#tell(event) });
    if (this.#stopped !== undefined) this.#lockWait.stop();
    return this.#lockWait.held;
  }

  /** Moments at which the run or a step of it is over, whatever is said by then. */
  get #ends(): readonly number[] {
    const { timeoutMs } = this.#options;
    return [...(timeoutMs === undefined ? [] : [this.#timedSince + timeoutMs]), ...this.#deadlines.ends];
  }

  async #park(room: Workdir, startedAt: number): Promise<'parked'> {
    const waiting = [...this.lobby.pending.keys()];
    const stepsTimedSince = this.#deadlines.since;
    const turns = this.#turns.open;
    this.#tell({
      kind: 'run-parked',
      waiting,
      durationMs: performance.now() - startedAt,
      ...(this.#options.timeoutMs !== undefined && { timedSince: this.#timedSince }),
      ...(this.#deadlines.ends.length > 0 && { stepsTimedSince }),
      ...(Object.keys(turns).length > 0 && { turns }),
    });
    // What ends from here on was not to end.
    this.#isParked = true;
    this.#course.park();
    if (this.#options.workdir === undefined && existsSync(room.path)) await this.#options.keepRoom?.(room.path);
    await room[Symbol.asyncDispose]();
    return 'parked';
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
      levels: levels.map((level) => level.flatMap((index) => [steps[index]!.step.name, ...namesInside(steps[index]!)])),
      ...(shownInputs && { inputs: shownInputs }),
    };
    if (kept === undefined) {
      this.#tell({ kind: 'run-started', ...beginning });
      return;
    }
    const taken = this.#course.takeUp({ outputs: kept, lastLines });
    const inside = [...kept.keys()].filter(isWithin);
    this.#tell({ kind: 'run-resumed', ...beginning, kept: [...taken.names, ...inside] });
    this.#course.tellSkips(taken);
    this.#tellUnneeded(new Set(taken.names), new Set(kept.keys()));
  }

  /** Steps inside a step that is kept, and that had no part in that. */
  #tellUnneeded(names: ReadonlySet<string>, kept: ReadonlySet<string>): void {
    for (const planned of this.#plan.steps) {
      const { name } = planned.step;
      if (!names.has(name)) continue;
      const because = { kind: 'not-needed', step: name } as const;
      for (const inner of namesInside(planned))
        if (!kept.has(inner)) this.#tell({ kind: 'step-skipped', step: inner, because });
    }
  }

  /** Gives why it could not. */
  #returnOutputs({ masking }: JobSettings['secrets']): StepFailure | undefined {
    const outputs = this.#facts?.outputs();
    if (outputs?.ok === false) return this.#course.masked(outputs.error);
    if (outputs?.value === undefined) return undefined;
    this.#tell({ kind: 'run-returned', outputs: masking?.value(outputs.value) ?? outputs.value });
    return undefined;
  }

  #status(): RunStatus {
    if (this.#stopped === 'cancelled') return 'cancelled';
    return this.#course.isGood ? 'succeeded' : 'failed';
  }

  #tell(happening: Happening): void {
    if (this.#isParked) return;
    if (ENDS.has(happening.kind)) this.#parking.look();
    this.#listener.onEvent({ ...happening, at: Date.now(), run: this.#options.settings.run } as RunEvent);
  }
}

/** After which nothing may be left to do. */
const ENDS: ReadonlySet<Happening['kind']> = new Set([
  'step-succeeded',
  'step-failed',
  'step-cancelled',
  'step-skipped',
]);
