/** A step that is done for each of its items, as many at once as there is room for. */
import type { EncodedValue, Limits, Usage } from '../../../runners/contract.ts';
import { outputTooLarge } from '../../../runners/limits.ts';
import { joined } from '../../../runners/value.ts';
import type { FailedItem, Happening } from '../../model/event.ts';
import type { Foreach } from '../../model/foreach.ts';
import type { AttemptEnd } from '../attempts.ts';
import { NO_USAGE, type Running } from '../running.ts';
import type { ItemPlaces } from './bounded-places.ts';
import { failureOf } from './failure.ts';
import type { ItemList } from './list.ts';
import { ItemQueue } from './queue.ts';
import { ItemTeller } from './teller.ts';
import type { ItemWork, TogetherEnd } from './work.ts';

export interface ItemsRunOptions {
  readonly step: string;
  readonly foreach: Foreach;
  readonly items: ItemList;
  /** As it may be shown and kept. */
  readonly shown: EncodedValue;
  /** Outputs of items that succeeded in an earlier part of the run. */
  readonly kept: ReadonlyMap<number, EncodedValue>;
  readonly work: ItemWork;
  /** Its own, for as many at once as there may be. */
  readonly places: ItemPlaces;
  /** Whether items do nothing but wait, in which they hold no place. */
  readonly onlyWaits: boolean;
  /** Of the list of outputs, in bytes; each item has the limit too. */
  readonly limits: Limits | undefined;
  /** Whether those that run are ended when one has failed for good. */
  readonly killsOnFailure: boolean;
  /** Tells that the step has begun. */
  readonly begin: () => void;
  readonly tell: (happening: Happening) => void;
}

export class ItemsRun implements Running {
  readonly finished: Promise<AttemptEnd>;
  readonly #options: ItemsRunOptions;
  readonly #teller: ItemTeller;
  readonly #startedAt = performance.now();
  readonly #queue: ItemQueue;
  readonly #outputs: (EncodedValue | undefined)[];
  readonly #failed: FailedItem[] = [];
  readonly #running = new Set<Pick<Running, 'stop' | 'kill' | 'isPending'>>();
  readonly #usage = { wallMs: 0, cpuMs: 0, memoryBytes: 0, bytesIn: 0 };
  #settle: (end: AttemptEnd) => void = () => {};
  #isStopped = false;
  #isClosed = false;
  #isOver = false;

  constructor(options: ItemsRunOptions) {
    const { items, kept, step, tell } = options;
    this.#options = options;
    this.#teller = new ItemTeller(step, tell);
    this.#outputs = Array.from({ length: items.length }, (_, index) => kept.get(index));
    this.#queue = new ItemQueue(items.length, kept);
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    options.places.onFree = () => this.#goOn();
    options.begin();
    const ranges = rangesOf(kept);
    tell({
      kind: 'step-split',
      step,
      count: items.length,
      items: options.shown,
      ...(ranges.length > 0 && { kept: ranges }),
    });
    this.#goOn();
  }

  stop(): void {
    this.#isStopped = true;
    this.#close();
    for (const one of this.#running) one.stop();
    this.#goOn();
  }

  kill(): void {
    this.stop();
    for (const one of this.#running) one.kill();
  }

  /** Whether all that has begun waits, and nothing else may begin. */
  isPending(): boolean {
    if (this.#isOver || this.#queue.waiting > 0 || this.#running.size === 0) return false;
    if (this.#mayBegin && !this.#isFull) return false;
    return [...this.#running].every((one) => one.isPending?.() === true);
  }

  /** Starts what there is room for. */
  #goOn(): void {
    if (this.#isOver) return;
    while (this.#mayBegin && !this.#isFull && this.#options.places.take()) this.#startSome();
    if (!this.#mayBegin && this.#running.size + this.#queue.waiting === 0) this.#end();
  }

  /** Whether any item is due that only needs room. */
  get #mayBegin(): boolean {
    return !this.#isClosed && this.#queue.due > 0;
  }

  /** Items that wait count as well, though they hold no place. */
  get #isFull(): boolean {
    return this.#running.size >= (this.#options.foreach.maxConcurrent ?? Number.POSITIVE_INFINITY);
  }

  /** What took a place is over. */
  #leave(one: Pick<Running, 'stop' | 'kill'>): void {
    if (!this.#running.delete(one)) return;
    const { places, onlyWaits } = this.#options;
    if (onlyWaits) places.unpause();
    else places.release();
  }

  #startSome(): void {
    const { together } = this.#options.work;
    const again = this.#queue.takeAgain();
    if (again !== undefined) {
      this.#startOne(again.index, again.attempt);
      return;
    }
    const size = together?.most(this.#queue.due) ?? 1;
    if (together === undefined || size < 2) {
      this.#startOne(this.#queue.takeNext(), 1);
      return;
    }
    const indices: number[] = [];
    while (indices.length < size && this.#queue.due > 0) indices.push(this.#queue.takeNext());
    const batch = together.start(indices, (index, end) => this.#conclude(index, end));
    this.#running.add(batch);
    for (const index of indices) this.#teller.started(index);
    void batch.finished.then((unsettled) => {
      this.#leave(batch);
      for (const index of [...unsettled].reverse()) {
        if (this.#isClosed) this.#teller.cancelled(index);
        else this.#queue.again(index, 1);
      }
      this.#goOn();
    });
  }

  #startOne(index: number, attempt: number): void {
    const started = this.#options.work.start(index, attempt);
    if (!started.ok) {
      this.#options.places.release();
      this.#conclude(index, { how: 'failed', attempt, durationMs: 0, failure: started.error, usage: NO_USAGE });
      return;
    }
    const running = started.value;
    this.#running.add(running);
    if (this.#options.onlyWaits) this.#options.places.pause();
    this.#teller.started(index);
    void running.finished.then((end) => {
      this.#leave(running);
      this.#options.work.together?.learn(end);
      this.#conclude(index, end);
      this.#goOn();
    });
  }

  #conclude(index: number, end: TogetherEnd): void {
    if (end.how === 'again') {
      // It failed among others, and waits outside of any place for its next attempt by itself.
      this.#queue.againAfter(end.delayMs, index, end.attempt + 1, () => this.#goOn());
      return;
    }
    if (end.how === 'cancelled') {
      this.#teller.cancelled(index);
      return;
    }
    this.#add(end.usage);
    if (end.how === 'succeeded') {
      this.#outputs[index] = end.output;
      this.#teller.succeeded(index, end.output);
      return;
    }
    this.#failed.push({ index, attempt: end.attempt, failure: end.failure });
    this.#teller.failed(index, end.attempt, end.failure);
    const { foreach, killsOnFailure } = this.#options;
    if (foreach.onFailedItem !== 'stop') return;
    this.#close();
    // Nobody is to answer for what goes on no more.
    for (const one of this.#running) if (killsOnFailure || one.isPending?.() === true) one.stop();
  }

  #close(): void {
    this.#isClosed = true;
    for (const index of this.#queue.cancelWaiting()) this.#teller.cancelled(index);
  }

  #add({ wallMs, cpuMs = 0, memoryBytes = 0, bytesIn }: Usage): void {
    this.#usage.wallMs += wallMs;
    this.#usage.cpuMs += cpuMs;
    this.#usage.memoryBytes = Math.max(this.#usage.memoryBytes, memoryBytes);
    this.#usage.bytesIn += bytesIn;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.places.regain();
    this.#options.places.leave();
    this.#teller.flush();
    const durationMs = performance.now() - this.#startedAt;
    const { foreach, items, limits } = this.#options;
    const usage = { ...this.#usage, bytesOut: 0 };
    const failed = this.#failed.length;
    if (failed > 0 && foreach.onFailedItem !== 'ignore') {
      const failure = failureOf(this.#failed, items.length);
      this.#settle({ how: 'failed', attempt: 1, durationMs, failure, usage });
    } else if (
      this.#isStopped &&
      this.#outputs.filter((output) => output !== undefined).length + failed < items.length
    ) {
      this.#settle({ how: 'cancelled', attempt: 1, durationMs });
    } else {
      const output = joined(this.#outputs);
      if (limits !== undefined && output.length > limits.output) {
        const failure = outputTooLarge(output.length, limits);
        this.#settle({ how: 'failed', attempt: 1, durationMs, failure, usage });
        return;
      }
      this.#settle({ how: 'succeeded', attempt: 1, durationMs, output, usage: { ...usage, bytesOut: output.length } });
    }
  }
}

function rangesOf(kept: ReadonlyMap<number, EncodedValue>): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const index of [...kept.keys()].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges;
}
