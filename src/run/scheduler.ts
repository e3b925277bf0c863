/** Which steps may start now: bookkeeping without clock, threads or events. */
import type { Plan } from '../model/plan.ts';
import type { SkipReason, StopReason } from '../model/event.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import { MinHeap } from './heap.ts';

/**
 * A step waits until its dependencies have succeeded, is then ready, runs, and settles exactly once: as succeeded,
 * failed or cancelled when it ran, as skipped when it never did.
 */
type State = 'waiting' | 'ready' | 'running' | 'settled';

export interface Skip {
  readonly index: number;
  readonly because: SkipReason;
}

export interface SchedulerOptions {
  readonly mode: ExecutionMode;
  /** At most so many steps at once; `sequential` means 1, whatever this says. */
  readonly cap: number;
  readonly failureMode: FailureMode;
}

export class Scheduler {
  readonly #plan: Plan;
  readonly #levelGated: boolean;
  readonly #cap: number;
  readonly #failureMode: FailureMode;
  readonly #state: State[];
  /** Dependencies that have not succeeded yet, by step. */
  readonly #missing: Int32Array;
  /** Start order: `#byRank[#rank[i]] === i`. */
  readonly #rank: Int32Array;
  readonly #byRank: Int32Array;
  readonly #ready: MinHeap = new MinHeap();
  #running = 0;
  readonly #unsettledInLevel: Int32Array;
  #level = 0;
  #unsettled: number;
  #closed: SkipReason | undefined;

  constructor(plan: Plan, options: SchedulerOptions) {
    const size = plan.steps.length;
    this.#plan = plan;
    this.#levelGated = options.mode === 'parallel';
    this.#cap = options.mode === 'sequential' ? 1 : Math.max(1, options.cap);
    this.#failureMode = options.failureMode;
    this.#state = plan.steps.map(() => 'waiting');
    this.#missing = Int32Array.from(plan.steps, (step) => step.dependsOn.length);
    this.#byRank = startOrder(plan, options.mode);
    this.#rank = new Int32Array(size);
    this.#byRank.forEach((index, rank) => {
      this.#rank[index] = rank;
    });
    this.#unsettledInLevel = Int32Array.from(plan.levels, (level) => level.length);
    this.#unsettled = size;
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

  /** The steps to start now, which from here on count as running. */
  take(): number[] {
    const started: number[] = [];
    while (this.#running < this.#cap) {
      const rank = this.#ready.pop();
      if (rank === undefined) break;
      const index = this.#byRank[rank]!;
      // A step that was skipped while it was ready stays in the heap until its turn comes.
      if (this.#state[index] !== 'ready') continue;
      this.#state[index] = 'running';
      this.#running += 1;
      started.push(index);
    }
    return started;
  }

  /** Takes note that a running step ended; the answer is what will never run for that. */
  settle(index: number, how: 'succeeded' | 'failed' | 'cancelled'): Skip[] {
    if (this.#state[index] !== 'running') throw new Error(`Internal error: step ${index} settles without running`);
    this.#running -= 1;
    this.#markSettled(index);
    if (how === 'succeeded') {
      for (const dependant of this.#plan.steps[index]!.dependants) {
        this.#missing[dependant]! -= 1;
        if (this.#missing[dependant] === 0 && this.#state[dependant] === 'waiting') this.#makeReady(dependant);
      }
      this.#advanceLevel();
      return [];
    }
    const step = this.#plan.steps[index]!.step.name;
    const skips = this.#skipBehind(index, { kind: 'dependency', step });
    if (how === 'failed' && this.#failureMode !== 'continue') {
      for (const skip of this.#close({ kind: 'failure-mode', step })) skips.push(skip);
    }
    this.#advanceLevel();
    return skips;
  }

  /** Counts a step as succeeded that did so in an earlier part of the run; before any is taken. */
  keep(index: number): void {
    this.#markSettled(index);
    for (const dependant of this.#plan.steps[index]!.dependants) {
      this.#missing[dependant]! -= 1;
      if (this.#missing[dependant] === 0 && this.#state[dependant] === 'waiting') this.#makeReady(dependant);
    }
    this.#advanceLevel();
  }

  /** Lets nothing start any more; what runs goes on until it settles. */
  stop(reason: StopReason): Skip[] {
    const skips = this.#close({ kind: 'stopped', reason });
    this.#advanceLevel();
    return skips;
  }

  #makeReady(index: number): void {
    this.#state[index] = 'ready';
    if (!this.#levelGated || this.#plan.steps[index]!.level === this.#level) this.#ready.push(this.#rank[index]!);
  }

  #skipBehind(index: number, because: SkipReason): Skip[] {
    const skips: Skip[] = [];
    const worklist = [index];
    for (let next = worklist.pop(); next !== undefined; next = worklist.pop()) {
      for (const dependant of this.#plan.steps[next]!.dependants) {
        if (this.#state[dependant] !== 'waiting') continue;
        this.#markSettled(dependant);
        skips.push({ index: dependant, because });
        worklist.push(dependant);
      }
    }
    return skips;
  }

  #close(because: SkipReason): Skip[] {
    if (this.#closed !== undefined) return [];
    this.#closed = because;
    this.#ready.clear();
    const skips: Skip[] = [];
    for (const { index } of this.#plan.steps) {
      if (this.#state[index] !== 'waiting' && this.#state[index] !== 'ready') continue;
      this.#markSettled(index);
      skips.push({ index, because });
    }
    return skips;
  }

  #markSettled(index: number): void {
    this.#state[index] = 'settled';
    this.#unsettled -= 1;
    this.#unsettledInLevel[this.#plan.steps[index]!.level]! -= 1;
  }

  #advanceLevel(): void {
    if (!this.#levelGated) return;
    while (this.#level + 1 < this.#plan.levels.length && this.#unsettledInLevel[this.#level] === 0) {
      this.#level += 1;
      for (const index of this.#plan.levels[this.#level]!) {
        if (this.#state[index] === 'ready') this.#ready.push(this.#rank[index]!);
      }
    }
  }
}

/** Plan order, except that across levels the step with the longest chain behind it goes first. */
function startOrder(plan: Plan, mode: ExecutionMode): Int32Array {
  const order = Int32Array.from(plan.steps, (step) => step.index);
  if (mode !== 'work-stealing') return order;
  return order.sort((a, b) => plan.steps[b]!.weight - plan.steps[a]!.weight || a - b);
}
