/** Which steps may start now: bookkeeping without clock, threads or events. */
import type { Plan } from '../model/plan.ts';
import type { SkipReason } from '../model/event.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import { type Admission, ALL_MAY_START } from './admission.ts';
import { Dependencies } from './dependencies.ts';
import { DueSteps } from './due.ts';
import { Entrance } from './entrance.ts';
import type { Places } from './places.ts';
import { ReadySteps } from './ready.ts';
import type { Exclusion, Settling, Skip } from './settling.ts';
import { StandIns } from './stand-ins.ts';
import { startOrder } from './start-order.ts';
import { outlivesFailure, outlivesStop, type Settled } from './tally.ts';

/**
 * A step waits until its dependencies have succeeded, or are as its `run_if` asks, is then ready, runs, and settles exactly
 * once: as succeeded, failed or cancelled when it ran, as skipped when it never did.
 */
type State = 'waiting' | 'ready' | 'running' | 'settled';

export interface SchedulerOptions {
  readonly mode: ExecutionMode;
  readonly failureMode: FailureMode;
  /** Every step that runs takes of these. */
  readonly places: Places;
  /** Absent where all that is ready may start once it has a place. */
  readonly admission?: Admission;
}

/** From what on no step starts but those that outlive it; each says no to more. */
const OPEN = 0;
const AFTER_FAILURE = 1;
const STOPPED = 2;
const KILLED = 3;

export class Scheduler {
  readonly #plan: Plan;
  readonly #due: DueSteps;
  readonly #entrance: Entrance;
  readonly #failureMode: FailureMode;
  readonly #state: State[];
  readonly #standIns: StandIns;
  readonly #dependencies: Dependencies;
  readonly #ready: ReadySteps;
  #unsettled: number;
  #closed = OPEN;

  constructor(plan: Plan, options: SchedulerOptions) {
    this.#plan = plan;
    const { mode, places, admission = ALL_MAY_START } = options;
    this.#due = new DueSteps(plan, mode);
    this.#entrance = new Entrance(plan, mode === 'sequential', places, admission);
    this.#failureMode = options.failureMode;
    this.#state = plan.steps.map(() => 'waiting');
    this.#standIns = new StandIns(plan);
    this.#dependencies = new Dependencies(plan, this.#standIns);
    this.#ready = new ReadySteps(startOrder(plan, mode), admission);
    this.#unsettled = plan.steps.length;
    for (const step of plan.steps) if (step.dependsOn.length === 0) this.#makeReady(step.index);
  }

  /** 0-based level whose steps may start; meaningful in mode `parallel` only. */
  get level(): number {
    return this.#due.level;
  }

  /** Every step has settled. */
  get done(): boolean {
    return this.#unsettled === 0;
  }

  /** Whether a step may start as soon as it is let in. */
  get hasReady(): boolean {
    return this.#state.some((state, index) => state === 'ready' && this.#due.has(index));
  }

  /** The steps to start now, which from here on count as running. */
  take(): number[] {
    const started: number[] = [];
    this.#ready.open();
    for (let index = this.#ready.first; index !== undefined; index = this.#ready.first) {
      // A step that was skipped while it was ready stays there until its turn comes.
      const begun = this.#state[index] === 'ready' ? this.#begin(index) : 'over';
      // Those behind one for which no place is free wait for it to be first.
      if (begun === 'no-place') break;
      if (begun === 'entered') started.push(index);
      if (begun === 'no-room') this.#ready.close();
      else this.#ready.shift();
    }
    return started;
  }

  /** What is to run in the place of a step that fails; nothing where it has no fallback, or nothing starts any more. */
  standInFor(index: number): number | undefined {
    const standIn = this.#standIns.for(index);
    return standIn !== undefined && this.#closed < STOPPED && this.#state[standIn] === 'waiting' ? standIn : undefined;
  }

  isRunning(index: number): boolean {
    return this.#state[index] === 'running';
  }

  /** The step in whose place this one runs. */
  replacedBy(index: number): number | undefined {
    const replaced = this.#standIns.replaces(index);
    return replaced !== undefined && this.#state[index] === 'running' ? replaced : undefined;
  }

  /** Takes note that a running step ended; the answer is what will never run for that. */
  settle(index: number, settling: Settling): Skip[] {
    if (this.#state[index] !== 'running') throw new Error(`Internal error: step ${index} settles without running`);
    const replaced = this.replacedBy(index);
    this.#markSettled(index);
    this.#entrance.leave(index);
    const skips: Skip[] = [];
    const { how } = settling;
    if (how === 'replaced') {
      this.#beginStandIn(this.#standIns.for(index)!);
      this.#advanceLevel();
      return skips;
    }
    if (how === 'succeeded' && settling.except !== undefined) this.#exclude(settling.except, skips);
    const step = this.#plan.steps[index]!.step.name;
    this.#pass(index, SEEN_AS[how], { kind: 'dependency', step }, skips);
    // Whoever waits for what was replaced waits for this one.
    if (replaced !== undefined) this.#pass(replaced, SEEN_AS[how], { kind: 'dependency', step }, skips);
    if (how === 'failed' && this.#failureMode !== 'continue') {
      this.#close(AFTER_FAILURE, { kind: 'failure-mode', step }, skips);
    }
    this.#advanceLevel();
    return skips;
  }

  /** Counts a step as succeeded that did so in an earlier part of the run; before any is taken. */
  keep(index: number, except?: Exclusion): Skip[] {
    const skips: Skip[] = [];
    this.#markSettled(index);
    if (except !== undefined) this.#exclude(except, skips);
    this.#pass(index, 'succeeded', { kind: 'dependency', step: this.#plan.steps[index]!.step.name }, skips);
    this.#advanceLevel();
    return skips;
  }

  /** Lets nothing start any more but what runs `always`; what runs goes on until it settles. */
  stop(because: SkipReason, isForAll = false): Skip[] {
    const skips: Skip[] = [];
    this.#close(isForAll ? KILLED : STOPPED, because, skips);
    this.#advanceLevel();
    return skips;
  }

  #makeReady(index: number): void {
    this.#state[index] = 'ready';
    if (this.#due.has(index)) this.#ready.push(index);
  }

  #begin(index: number): 'entered' | 'no-place' | 'no-room' {
    const begun = this.#entrance.enter(index);
    if (begun === 'entered') this.#state[index] = 'running';
    return begun;
  }

  /** At once, in the room that was just left, unless that is not enough for it. */
  #beginStandIn(index: number): void {
    if (this.#begin(index) === 'entered') return;
    this.#state[index] = 'ready';
    this.#ready.push(index);
  }

  /** Tells the dependants of a settled step; what they are skipped for goes on to theirs. */
  #pass(index: number, how: Settled, because: SkipReason, skips: Skip[]): void {
    const worklist: { readonly index: number; readonly how: Settled; readonly because: SkipReason }[] = [
      { index, how, because },
    ];
    for (let next = worklist.pop(); next !== undefined; next = worklist.pop()) {
      for (const dependant of this.#plan.steps[next.index]!.dependants) {
        if (this.#state[dependant] !== 'waiting') continue;
        const heard = this.#dependencies.hear(dependant, next.how, next.because);
        if (heard === 'ready') this.#makeReady(dependant);
        if (heard === undefined || heard === 'ready') continue;
        this.#markSettled(dependant);
        skips.push({ index: dependant, because: heard });
        const step = this.#plan.steps[dependant]!.step.name;
        const behind: SkipReason = heard.kind === 'run-if' ? { kind: 'dependency', step } : heard;
        worklist.push({ index: dependant, how: 'skipped', because: behind });
      }
    }
  }

  #exclude({ steps, because }: Exclusion, skips: Skip[]): void {
    const excluded = [...steps].filter((index) => this.#state[index] === 'waiting' || this.#state[index] === 'ready');
    for (const index of excluded) {
      this.#markSettled(index);
      skips.push({ index, because });
    }
    for (const index of excluded) {
      this.#pass(index, 'skipped', { kind: 'dependency', step: this.#plan.steps[index]!.step.name }, skips);
    }
  }

  #close(how: number, because: SkipReason, skips: Skip[]): void {
    if (this.#closed >= how) return;
    this.#closed = how;
    const outlives = how === AFTER_FAILURE ? outlivesFailure : how === STOPPED ? outlivesStop : (): boolean => false;
    const closed: number[] = [];
    for (const { index, step } of this.#plan.steps) {
      if (this.#state[index] !== 'waiting' && this.#state[index] !== 'ready') continue;
      if (this.#dependencies.haveRules && outlives(step.runIf)) continue;
      const waitsInPlace = this.#state[index] === 'ready' ? this.#standIns.replaces(index) : undefined;
      if (waitsInPlace !== undefined && how === AFTER_FAILURE) continue;
      this.#markSettled(index);
      skips.push({ index, because });
      closed.push(index);
      if (waitsInPlace !== undefined) closed.push(waitsInPlace);
    }
    // Those that outlive it may have waited for what will never be.
    if (this.#dependencies.haveRules) for (const index of closed) this.#pass(index, 'skipped', because, skips);
  }

  #markSettled(index: number): void {
    this.#state[index] = 'settled';
    this.#unsettled -= 1;
    this.#queueReady(this.#due.settled(index));
  }

  #advanceLevel(): void {
    for (let level = this.#due.nextLevel(); level !== undefined; level = this.#due.nextLevel()) this.#queueReady(level);
  }

  #queueReady(due: readonly number[]): void {
    for (const index of due) if (this.#state[index] === 'ready') this.#ready.push(index);
  }
}

/** What those that wait for a step see of how it ended. */
const SEEN_AS: Readonly<Record<Exclude<Settling['how'], 'replaced'>, Settled>> = {
  succeeded: 'succeeded',
  ignored: 'ignored',
  failed: 'failed',
  cancelled: 'failed',
  skipped: 'skipped',
};
