/** Which steps may start now: bookkeeping without clock, threads or events. */
import type { Plan } from '../model/plan.ts';
import type { SkipReason } from '../model/event.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import { onlyWaits } from '../model/host-work.ts';
import { type Admission, ALL_MAY_START } from './admission.ts';
import type { Places } from './places.ts';
import { ReadySteps } from './ready.ts';
import type { Exclusion, Settling, Skip } from './settling.ts';
import { StandIns } from './stand-ins.ts';
import { type StartOrder, startOrder } from './start-order.ts';
import { outlivesFailure, outlivesStop, type Settled, Tally } from './tally.ts';

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
  readonly #levelGated: boolean;
  readonly #isSequential: boolean;
  readonly #places: Places;
  readonly #admission: Admission;
  readonly #failureMode: FailureMode;
  readonly #state: State[];
  /** Dependencies that have not succeeded yet, by step. */
  readonly #missing: Int32Array;
  /** Of the steps whose `run_if` is not the usual one. */
  readonly #tallies: ReadonlyMap<number, Tally>;
  readonly #standIns: StandIns;
  readonly #order: StartOrder;
  readonly #ready: ReadySteps;
  readonly #unsettledInLevel: Int32Array;
  /** Steps that are not to begin before all others have settled. */
  readonly #atEnd: ReadonlySet<number>;
  #level = 0;
  #unsettled: number;
  /** Of those that are not at the end. */
  #othersLeft: number;
  #closed = OPEN;

  constructor(plan: Plan, options: SchedulerOptions) {
    this.#plan = plan;
    this.#levelGated = options.mode === 'parallel';
    this.#isSequential = options.mode === 'sequential';
    this.#places = options.places;
    this.#admission = options.admission ?? ALL_MAY_START;
    this.#failureMode = options.failureMode;
    this.#state = plan.steps.map(() => 'waiting');
    this.#missing = Int32Array.from(plan.steps, (step) => step.dependsOn.length);
    this.#tallies = talliesOf(plan);
    this.#standIns = new StandIns(plan);
    this.#order = startOrder(plan, options.mode);
    const { byRank } = this.#order;
    this.#ready = new ReadySteps(this.#admission.lanes, (rank) => this.#admission.laneOf(byRank[rank]!));
    this.#unsettledInLevel = Int32Array.from(plan.levels, (level) => level.length);
    this.#unsettled = plan.steps.length;
    this.#atEnd = endsOf(plan);
    this.#othersLeft = plan.steps.length - this.#atEnd.size;
    for (const step of plan.steps) if (step.dependsOn.length === 0) this.#makeReady(step.index);
  }

  /** 0-based level whose steps may start; meaningful in mode `parallel` only. */
  get level(): number {
    return this.#level;
  }

  /** Every step has settled. */
  get done(): boolean {
    return this.#unsettled === 0;
  }

  /** Whether a step may start as soon as it is let in. */
  get hasReady(): boolean {
    return this.#state.some((state, index) => state === 'ready' && this.#isDue(index));
  }

  /** The steps to start now, which from here on count as running. */
  take(): number[] {
    const started: number[] = [];
    this.#ready.open();
    for (let rank = this.#ready.first; rank !== undefined; rank = this.#ready.first) {
      const index = this.#order.byRank[rank]!;
      // A step that was skipped while it was ready stays there until its turn comes.
      const begun = this.#state[index] === 'ready' ? this.#begin(index) : 'over';
      if (begun === 'no-place') break;
      if (begun === 'started') started.push(index);
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
    this.#end(index);
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
    if (this.#isDue(index)) this.#queue(index);
  }

  /** Of a step that is ready otherwise. */
  #isDue(index: number): boolean {
    if (this.#levelGated && this.#plan.steps[index]!.level !== this.#level) return false;
    return this.#othersLeft === 0 || !this.#atEnd.has(index);
  }

  #queue(index: number): void {
    this.#ready.push(this.#order.rank[index]!);
  }

  /** Those behind one for which no place is free wait for it to be first. */
  #begin(index: number): 'started' | 'no-place' | 'no-room' {
    if (this.#isSequential && this.#places.isUsed) return 'no-place';
    if (!this.#admission.enter(index)) return 'no-room';
    if (!this.#places.take(this.#admission.costOf(index))) {
      this.#admission.leave(index);
      return 'no-place';
    }
    this.#admission.started(index);
    // It begins in its turn, and then lets others go on.
    if (onlyWaits(this.#plan.steps[index]!.step)) this.#places.pause(this.#admission.costOf(index));
    this.#state[index] = 'running';
    return 'started';
  }

  #end(index: number): void {
    this.#admission.leave(index);
    if (onlyWaits(this.#plan.steps[index]!.step)) {
      this.#places.unpause();
      return;
    }
    this.#places.release(this.#admission.costOf(index));
  }

  /** At once, in the room that was just left, unless that is not enough for it. */
  #beginStandIn(index: number): void {
    if (this.#begin(index) === 'started') return;
    this.#state[index] = 'ready';
    this.#queue(index);
  }

  /** Tells the dependants of a settled step; what they are skipped for goes on to theirs. */
  #pass(index: number, how: Settled, because: SkipReason, skips: Skip[]): void {
    const worklist: { readonly index: number; readonly how: Settled; readonly because: SkipReason }[] = [
      { index, how, because },
    ];
    for (let next = worklist.pop(); next !== undefined; next = worklist.pop()) {
      for (const dependant of this.#plan.steps[next.index]!.dependants) {
        if (this.#state[dependant] !== 'waiting') continue;
        const skipped = this.#hear(dependant, next.how, next.because);
        if (skipped === undefined) continue;
        this.#markSettled(dependant);
        skips.push({ index: dependant, because: skipped });
        const step = this.#plan.steps[dependant]!.step.name;
        const behind: SkipReason = skipped.kind === 'run-if' ? { kind: 'dependency', step } : skipped;
        worklist.push({ index: dependant, how: 'skipped', because: behind });
      }
    }
  }

  /** One dependency of a waiting step has settled. Why it is skipped, if it is. */
  #hear(index: number, how: Settled, because: SkipReason): SkipReason | undefined {
    const replaced = this.#standIns.replaces(index);
    if (replaced !== undefined) {
      const { name } = this.#plan.steps[replaced]!.step;
      return how === 'succeeded' ? { kind: 'not-needed', step: name } : because;
    }
    const tally = this.#tallies.get(index);
    if (tally === undefined) {
      if (how !== 'succeeded' && how !== 'ignored') return because;
      this.#missing[index]! -= 1;
      if (this.#missing[index] === 0) this.#makeReady(index);
      return undefined;
    }
    tally.note(how);
    const { verdict } = tally;
    if (verdict === 'start') this.#makeReady(index);
    return verdict === 'skip' ? { kind: 'run-if', rule: this.#plan.steps[index]!.step.runIf!.rule } : undefined;
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
      if (this.#tallies.size > 0 && outlives(step.runIf)) continue;
      const waitsInPlace = this.#state[index] === 'ready' ? this.#standIns.replaces(index) : undefined;
      if (waitsInPlace !== undefined && how === AFTER_FAILURE) continue;
      this.#markSettled(index);
      skips.push({ index, because });
      closed.push(index);
      if (waitsInPlace !== undefined) closed.push(waitsInPlace);
    }
    // Those that outlive it may have waited for what will never be.
    if (this.#tallies.size > 0) for (const index of closed) this.#pass(index, 'skipped', because, skips);
  }

  #markSettled(index: number): void {
    this.#state[index] = 'settled';
    this.#unsettled -= 1;
    this.#unsettledInLevel[this.#plan.steps[index]!.level]! -= 1;
    if (this.#atEnd.size > 0 && !this.#atEnd.has(index)) this.#leaveOthers();
  }

  #leaveOthers(): void {
    this.#othersLeft -= 1;
    if (this.#othersLeft > 0) return;
    for (const index of this.#atEnd) if (this.#state[index] === 'ready' && this.#isDue(index)) this.#queue(index);
  }

  #advanceLevel(): void {
    if (!this.#levelGated) return;
    while (this.#level + 1 < this.#plan.levels.length && this.#unsettledInLevel[this.#level] === 0) {
      this.#level += 1;
      for (const index of this.#plan.levels[this.#level]!) {
        if (this.#state[index] === 'ready') this.#queue(index);
      }
    }
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

function endsOf(plan: Plan): ReadonlySet<number> {
  const ends = new Set<number>();
  for (const { index, step } of plan.steps) if (step.atEnd === true) ends.add(index);
  return ends;
}

function talliesOf(plan: Plan): ReadonlyMap<number, Tally> {
  const tallies = new Map<number, Tally>();
  for (const { index, step, dependsOn } of plan.steps) {
    if (step.runIf !== undefined) tallies.set(index, new Tally(step.runIf, dependsOn.length));
  }
  return tallies;
}
