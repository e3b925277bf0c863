/** One execution of a plan: what surrounds its steps, from the first event to the last. */
import { existsSync } from 'node:fs';
import type { StepFailure } from '../../runners/contract.ts';
import type { Happening, RunEvent, RunListener, RunStatus, StopReason } from '../model/event.ts';
import type { Lock } from '../model/concurrency.ts';
import { everyStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { AutoCap } from './auto-cap.ts';
import { tellBeginning } from './beginning.ts';
import { Course } from './course.ts';
import { Deadlines } from './deadlines.ts';
import { type Facts, factsOf } from './facts.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import { LockWait } from './lock-wait.ts';
import { Lobby } from './lobby.ts';
import { Places } from './places.ts';
import type { Pool } from './pool.ts';
import { Rooms } from './rooms.ts';
import type { PlanRunOptions } from './run-options.ts';
import { StepStarter } from './starting.ts';
import { Parking } from './parking.ts';
import { TurnsBegun } from './turns.ts';
import { makeWorkdir, type Workdir } from './workdir.ts';

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
    tellBeginning(this.#plan, this.#course, this.#options, (event) => this.#tell(event));
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
