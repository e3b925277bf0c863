/** How the items of a step stand: a byte for each, and what is known of those that failed. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { FailedItem, RunEvent } from './event.ts';

/** What is known of the items of a step in earlier parts of its run. */
export interface KeptItems {
  /** As they were then, as one list. */
  readonly items: EncodedValue;
  /** Of those that succeeded, by number. */
  readonly outputs: ReadonlyMap<number, EncodedValue>;
}

/** `fetch[3]` as a person writes it. */
export function itemNamed(name: string): { readonly step: string; readonly item?: number } {
  const [, step = name, item] = /^(.*)\[(\d{1,7})\]$/.exec(name) ?? [];
  return item === undefined ? { step } : { step, item: Number(item) };
}

export type ItemStatus = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';

const STATUSES: readonly ItemStatus[] = ['waiting', 'running', 'succeeded', 'failed', 'cancelled'];
const WAITING = 0;
const RUNNING = 1;
const SUCCEEDED = 2;
const FAILED = 3;
const CANCELLED = 4;

export class ItemsRecord {
  readonly count: number;
  /** How many are in which state. */
  readonly counts: Readonly<Record<ItemStatus, number>>;
  /** By number, in the order they failed. */
  readonly failed: ReadonlyMap<number, FailedItem>;
  /** How many had succeeded in an earlier part of the run. */
  readonly kept: number;
  readonly #counts: Record<ItemStatus, number>;
  readonly #failed = new Map<number, FailedItem>();
  readonly #running = new Set<number>();
  readonly #attempts = new Map<number, number>();
  readonly #statuses: Uint8Array;

  constructor({ count, kept = [] }: Pick<RunEvent & { kind: 'step-split' }, 'count' | 'kept'>) {
    this.count = count;
    this.#statuses = new Uint8Array(count);
    this.#counts = { waiting: count, running: 0, succeeded: 0, failed: 0, cancelled: 0 };
    this.counts = this.#counts;
    this.failed = this.#failed;
    for (const [first, last] of kept) for (let index = first; index <= last; index++) this.#set(index, SUCCEEDED);
    this.kept = this.#counts.succeeded;
  }

  statusOf(index: number): ItemStatus {
    return STATUSES[this.#statuses[index] ?? WAITING]!;
  }

  /** In the order they began. */
  get running(): ReadonlySet<number> {
    return this.#running;
  }

  /** Attempts that have failed of those that have not settled, by number; none for none. */
  get attempts(): ReadonlyMap<number, number> {
    return this.#attempts;
  }

  get settled(): number {
    return this.count - this.#counts.waiting - this.#counts.running;
  }

  take({ started = [], succeeded = [], failed = [], cancelled = [] }: RunEvent & { kind: 'step-items' }): void {
    for (const index of started) this.#set(index, RUNNING);
    for (const index of succeeded) this.#set(index, SUCCEEDED);
    for (const index of cancelled) this.#set(index, CANCELLED);
    for (const one of failed) {
      this.#set(one.index, FAILED);
      this.#failed.set(one.index, one);
    }
  }

  /** An attempt of that number has failed, and another follows. */
  retried(index: number, attempt: number): void {
    this.#attempts.set(index, attempt);
  }

  #set(index: number, status: number): void {
    if (status > RUNNING) this.#attempts.delete(index);
    this.#counts[this.statusOf(index)] -= 1;
    this.#counts[STATUSES[status]!] += 1;
    if (status === RUNNING) this.#running.add(index);
    else this.#running.delete(index);
    this.#statuses[index] = status;
  }
}
