/** The steps of one plan as they run: starts what the scheduler says, until every one has settled. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { Happening, SkipReason } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import type { Admission } from './admission.ts';
import { Conclusions } from './concluding.ts';
import type { Facts } from './facts.ts';
import { gather } from './inputs.ts';
import type { JobSettings } from './job.ts';
import type { Places } from './places.ts';
import { type Kept, takeUp, type TakenUp } from './resuming.ts';
import type { Rooms } from './rooms.ts';
import { NO_USAGE, type Running } from './running.ts';
import { Scheduler } from './scheduler.ts';
import type { Starter } from './start.ts';
import { outlivesFailure, outlivesStop } from './tally.ts';

export interface CourseOptions {
  readonly mode: ExecutionMode;
  readonly failureMode: FailureMode;
  readonly places: Places;
  readonly rooms: Rooms;
  /** Where something has to be computed. */
  readonly facts: Facts | undefined;
  readonly starter: Starter;
  /** What a step gets besides the outputs of what it depends on, by its name; absent for nothing. */
  readonly given?: (step: string) => ReadonlyMap<string, EncodedValue>;
  readonly tell: (happening: Happening) => void;
}

export class Course {
  /** Resolves once every step has settled. */
  readonly settled: Promise<void>;
  readonly #plan: Plan;
  readonly #options: CourseOptions;
  readonly #admission: Admission;
  readonly #scheduler: Scheduler;
  readonly #conclusions: Conclusions;
  readonly #outputs: (EncodedValue | undefined)[];
  /** By index. Not a Map: each table that a Map outgrows is kept by the one before it until the collector gets to both. */
  readonly #active: (Running | undefined)[];
  /** Set once it has begun. */
  #settings: JobSettings | undefined;
  #level = -1;
  #isStopped = false;
  #whenSettled: () => void = () => {};
  #isParked = false;

  constructor(plan: Plan, options: CourseOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#admission = options.rooms.admissionFor(plan, () => this.#goOn());
    this.#scheduler = new Scheduler(plan, { ...options, admission: this.#admission });
    this.#outputs = plan.steps.map(() => undefined);
    this.#active = plan.steps.map(() => undefined);
    const { facts, tell } = options;
    this.#conclusions = new Conclusions({
      plan,
      scheduler: this.#scheduler,
      facts,
      outputs: this.#outputs,
      tell,
      masked: (failure) => this.masked(failure),
      startInPlace: (index) => this.#startStep(index),
      onFailure: () => {
        if (options.failureMode === 'kill') this.#stopActive();
        // Nobody is to answer for what goes on no more.
        if (options.failureMode === 'no-new') this.#stopPending();
      },
    });
    this.settled = new Promise((resolve) => {
      this.#whenSettled = resolve;
    });
    options.places.onFree = () => this.#goOn();
  }

  /** Whether every step has settled. */
  get isDone(): boolean {
    return this.#scheduler.done;
  }

  /** Whether nothing is left to do but wait for something from outside. */
  get isIdle(): boolean {
    if (this.#settings === undefined || this.#isStopped || this.#scheduler.done) return false;
    const isWaiting = this.#active.every((run) => run === undefined || run.isPending?.() === true);
    return isWaiting && this.#active.some((run) => run !== undefined) && !this.#scheduler.hasReady;
  }

  /** Lets go of what waits, as if it had never begun. */
  park(): void {
    this.#isParked = true;
    this.#options.places.leave();
    for (const run of this.#active) run?.kill();
  }

  /** Whether it was not stopped, and no failure counts so far. */
  get isGood(): boolean {
    return !this.#isStopped && !this.#conclusions.anyFailed;
  }

  /** Before it begins. What is skipped for what was kept is told by `tellSkips`. */
  takeUp(kept: Kept): TakenUp {
    const taken = takeUp(this.#plan, kept, this.#scheduler, this.#options.facts);
    for (const [index, output] of taken.outputs) this.#outputs[index] = output;
    return taken;
  }

  tellSkips({ skips }: TakenUp): void {
    this.#conclusions.tellSkips(skips);
  }

  begin(settings: JobSettings): void {
    this.#settings = settings;
    this.#goOn();
  }

  /** Starts nothing more but what runs always, and ends what runs but for that. Does nothing the second time. */
  stop(because: SkipReason): void {
    if (this.#isStopped || this.#scheduler.done) return;
    this.#isStopped = true;
    this.#options.facts?.stopped();
    this.#conclusions.tellSkips(this.#scheduler.stop(because));
    this.#stopActive();
    this.#goOn();
  }

  /** Starts nothing more at all, and ends what runs without waiting for anything to end cleanly. */
  kill(because: SkipReason): void {
    this.stop(because);
    this.#conclusions.tellSkips(this.#scheduler.stop(because, true));
    for (const step of this.#active) step?.kill();
    this.#goOn();
  }

  /** What an expression says may have a secret in it. */
  masked(failure: StepFailure): StepFailure {
    return this.#settings?.secrets.masking?.failure(failure) ?? failure;
  }

  /** Starts what may start, unless nothing is left to wait for. */
  #goOn(): void {
    if (this.#settings !== undefined && !this.#scheduler.done) this.#startReady();
    if (!this.#scheduler.done) return;
    this.#options.places.leave();
    this.#admission.end();
    this.#whenSettled();
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
    const { step } = this.#plan.steps[index]!;
    const started = this.#options.starter.start(step, this.#inputsOf(index), this.#settings!, {
      pace: this.#admission.paceOf(index),
      held: () => this.#admission.heldBy(index),
    });
    if (!started.ok) {
      const failure = started.error;
      this.#conclusions.conclude(index, { how: 'failed', attempt: 0, durationMs: 0, failure, usage: NO_USAGE });
      return;
    }
    if (started.value === 'skipped') {
      const because = { kind: 'condition', expression: step.condition!.text } as const;
      this.#conclusions.tellSkips([{ index, because }, ...this.#scheduler.settle(index, { how: 'skipped' })]);
      return;
    }
    const run = started.value;
    this.#active[index] = run;
    void run.finished.then((end) => {
      if (this.#isParked) return;
      this.#active[index] = undefined;
      this.#conclusions.conclude(index, end);
      this.#goOn();
    });
  }

  #inputsOf(index: number): ReadonlyMap<string, EncodedValue> {
    const { step, dependsOn } = this.#plan.steps[index]!;
    const { takesFrom } = step;
    const given = dependsOn.filter(
      (dependency) =>
        this.#outputs[dependency] !== undefined &&
        (takesFrom === undefined || takesFrom.includes(this.#plan.steps[dependency]!.step.name)),
    );
    const own = gather(
      given.map((dependency) => this.#plan.steps[dependency]!.step.name),
      given.map((dependency) => this.#outputs[dependency]!),
    );
    const more = this.#options.given?.(step.name);
    return more === undefined || more.size === 0 ? own : new Map([...more, ...own]);
  }

  /** But for what is to run always. */
  #stopActive(): void {
    for (const [index, run] of this.#active.entries()) {
      if (run !== undefined && !outlivesStop(this.#plan.steps[index]!.step.runIf)) run.stop();
    }
  }

  #stopPending(): void {
    for (const [index, run] of this.#active.entries()) {
      if (run?.isPending?.() === true && !outlivesFailure(this.#plan.steps[index]!.step.runIf)) run.stop();
    }
  }

  #tellLevels(): void {
    while (this.#level < this.#scheduler.level) {
      this.#level += 1;
      const steps = this.#plan.levels[this.#level]!.map((index) => this.#plan.steps[index]!.step.name);
      this.#options.tell({ kind: 'level-started', level: this.#level, steps });
    }
  }
}
