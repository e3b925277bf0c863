/** Sends several items of a step to a thread in one message, as many as are over in a moment. */
import type { EncodedValue, Job, JobItems, Outcome, Report, StepFailure } from '../../../runners/contract.ts';
import { ItemClock } from '../../../runners/item-clock.ts';
import type { Happening } from '../../model/event.ts';
import type { Result } from '../../model/result.ts';
import type { RetryPolicy } from '../../model/step.ts';
import type { AttemptEnd } from '../attempts.ts';
import { LineMask, type Masking } from '../masking.ts';
import type { Pool } from '../pool.ts';
import { retryAfter, type RetryRule } from '../retry.ts';
import type { Batch, ItemsTogether, TogetherEnd } from './work.ts';

/** A message is worth as many items as take so long together. */
const MOMENT_MS = 20;
const MOST_ITEMS = 1000;
/** Of their inputs. */
const MOST_BYTES = 1024 * 1024;
/** So often it is looked whether an item is out of time, at most and at least. */
const LOOK_MS = { least: 5, most: 100 };
/** Interpreters that look at the clock themselves have so much longer. */
const YIELD_MS = 60;

export interface TogetherOptions {
  readonly pool: Pool;
  /** With the inputs that all items have. */
  readonly job: Job;
  /** For one item. */
  readonly timeoutMs: number | undefined;
  /** How many such messages may be under way at once. */
  readonly lanes: number;
  readonly masking: Masking | undefined;
  readonly retrying: RetryPolicy;
  readonly retryRule: (index: number) => RetryRule | undefined;
  /** The inputs that an item has besides, by name, always the same names. */
  readonly inputsOf: (index: number) => Result<ReadonlyMap<string, EncodedValue>, StepFailure>;
  readonly tell: (index: number, happening: ItemHappening) => void;
}

/** What is told of an item beside its beginning and end. */
export type ItemHappening = Happening extends infer H
  ? H extends { kind: 'step-printed' | 'step-warned' | 'step-retrying' }
    ? Omit<H, 'step' | 'item'>
    : never
  : never;

export function itemsTogether(options: TogetherOptions): ItemsTogether {
  /** What one item takes, lately. */
  let tookMs: number | undefined;
  const learn = (ms: number): void => {
    tookMs = tookMs === undefined ? ms : (tookMs + ms) / 2;
  };
  return {
    most(left) {
      if (tookMs === undefined) return 1;
      const fair = Math.ceil(left / (2 * options.lanes));
      return Math.min(MOST_ITEMS, fair, Math.floor(MOMENT_MS / Math.max(tookMs, 0.01)));
    },
    learn(end) {
      if (end.how !== 'cancelled') learn(end.usage.wallMs);
    },
    start: (indices, settle) => new Together(options, indices, settle, learn),
  };
}

class Together implements Batch {
  readonly finished: Promise<readonly number[]>;
  readonly #options: TogetherOptions;
  readonly #settle: (index: number, end: TogetherEnd) => void;
  readonly #learn: (ms: number) => void;
  readonly #sent: readonly number[];
  /** Numbers that found no room in this message. */
  readonly #left: readonly number[];
  readonly #clock: ItemClock = new ItemClock();
  readonly #masks = new Map<number, LineMask>();
  #end: { readonly how: 'stop' | 'kill' } | undefined;
  #endNow: ((how: 'stop' | 'kill') => void) | undefined;
  /** How many have been told of. */
  #settled = 0;
  /** Of the item that was out of time. */
  #late: StepFailure | undefined;

  constructor(
    options: TogetherOptions,
    indices: readonly number[],
    settle: (index: number, end: TogetherEnd) => void,
    learn: (ms: number) => void,
  ) {
    this.#options = options;
    this.#settle = settle;
    this.#learn = learn;
    const { items, sent, left } = packed(options, indices, this.#clock, settle);
    this.#sent = sent;
    this.#left = left;
    this.finished = this.#go(items);
  }

  stop(): void {
    this.#end ??= { how: 'stop' };
    this.#endNow?.('stop');
  }

  kill(): void {
    this.#end = { how: 'kill' };
    this.#endNow?.('kill');
  }

  async #go(items: JobItems): Promise<readonly number[]> {
    if (this.#sent.length === 0) return this.#left;
    const { pool, job, timeoutMs } = this.#options;
    const running = pool.start(
      { ...job, items },
      {
        timeoutMs: undefined,
        onLines: (lines, place = 0) => this.#print(place, lines),
        onSettled: (reports) => this.#take(reports),
      },
    );
    this.#endNow = (how) => running[how]();
    if (this.#end !== undefined) this.#endNow(this.#end.how);
    const look = timeoutMs === undefined ? undefined : this.#lookAt(timeoutMs, () => running.stop());
    const { outcome, items: rest } = await running.finished;
    clearInterval(look);
    this.#endNow = undefined;
    if (rest !== undefined) this.#take(rest);
    if (this.#settled === this.#sent.length) return this.#left;
    return this.#lose(outcome);
  }

  #lookAt(timeoutMs: number, stop: () => void): NodeJS.Timeout {
    const graceMs = this.#options.job.language === 'lua' ? 0 : YIELD_MS;
    const everyMs = Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, timeoutMs / 10));
    return setInterval(() => {
      if (this.#late !== undefined || this.#clock.place === undefined) return;
      if (this.#clock.tookMs < timeoutMs + graceMs) return;
      this.#late = { reason: 'timed-out', afterMs: timeoutMs };
      stop();
    }, everyMs);
  }

  /** The thread is gone, and with it what it had not told: only the item that it was at has failed. */
  #lose(outcome: Outcome): readonly number[] {
    const unsettled = this.#sent.slice(this.#settled);
    if (this.#end !== undefined) return [...unsettled, ...this.#left];
    const at = Math.max(0, (this.#clock.place ?? 0) - this.#settled);
    const failure = this.#late ?? (outcome.ok ? LOST : outcome.failure);
    const index = unsettled[at]!;
    const wallMs = this.#clock.place === undefined ? 0 : this.#clock.tookMs;
    this.#conclude(index, { ok: false, failure, warnings: outcome.warnings }, { wallMs, bytesIn: 0, bytesOut: 0 });
    return [...unsettled.filter((_, place) => place !== at), ...this.#left];
  }

  #print(place: number, lines: Report['lines']): void {
    const { masking, tell } = this.#options;
    let mask = this.#masks.get(place);
    if (masking !== undefined && mask === undefined) {
      mask = new LineMask(masking);
      this.#masks.set(place, mask);
    }
    const masked = mask?.take(lines) ?? lines;
    if (masked.length > 0) tell(this.#sent[place]!, { kind: 'step-printed', lines: masked });
  }

  #take(reports: readonly Report[]): void {
    const { masking, tell } = this.#options;
    for (const { outcome, lines, usage } of reports) {
      const place = this.#settled++;
      const index = this.#sent[place]!;
      if (lines.length > 0) this.#print(place, lines);
      const kept = this.#masks.get(place)?.finish() ?? [];
      if (kept.length > 0) tell(index, { kind: 'step-printed', lines: kept });
      this.#learn(usage.wallMs);
      const bytesOut = outcome.ok ? outcome.output.length : 0;
      this.#conclude(index, masking?.outcome(outcome) ?? outcome, { ...usage, bytesIn: 0, bytesOut });
    }
  }

  #conclude(index: number, outcome: Outcome, usage: (AttemptEnd & { how: 'failed' })['usage']): void {
    const { retrying, retryRule, tell } = this.#options;
    const durationMs = usage.wallMs;
    for (const message of outcome.warnings) tell(index, { kind: 'step-warned', message });
    if (outcome.ok) {
      this.#settle(index, { how: 'succeeded', attempt: 1, durationMs, output: outcome.output, usage });
      return;
    }
    const again = retryAfter(outcome.failure, 1, retrying, retryRule(index));
    if (again.how === 'failed') {
      this.#settle(index, { how: 'failed', attempt: 1, durationMs, failure: again.failure, usage });
      return;
    }
    tell(index, { kind: 'step-retrying', attempt: 1, failure: outcome.failure, delayMs: again.delayMs });
    this.#settle(index, { how: 'again', attempt: 1, delayMs: again.delayMs });
  }
}

const LOST: StepFailure = { reason: 'thread-lost', message: 'The thread ended under the step.' };

/** What cannot be computed for an item fails it at once. */
function packed(
  { inputsOf, timeoutMs }: TogetherOptions,
  indices: readonly number[],
  clock: ItemClock,
  settle: (index: number, end: TogetherEnd) => void,
): { readonly items: JobItems; readonly sent: readonly number[]; readonly left: readonly number[] } {
  const sent: number[] = [];
  const texts: Uint8Array[] = [];
  const ends: number[] = [];
  let names: readonly string[] = [];
  let bytes = 0;
  let taken = 0;
  for (const index of indices) {
    if (bytes > MOST_BYTES) break;
    taken += 1;
    const inputs = inputsOf(index);
    if (!inputs.ok) {
      const usage = { wallMs: 0, bytesIn: 0, bytesOut: 0 };
      settle(index, { how: 'failed', attempt: 1, durationMs: 0, failure: inputs.error, usage });
      continue;
    }
    sent.push(index);
    names = [...inputs.value.keys()];
    for (const text of inputs.value.values()) {
      texts.push(text);
      bytes += text.length;
      ends.push(bytes);
    }
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const text of texts) {
    whole.set(text, at);
    at += text.length;
  }
  const items = {
    indices: Uint32Array.from(sent),
    names,
    texts: whole,
    ends: Uint32Array.from(ends),
    ...(timeoutMs !== undefined && { timeoutMs }),
    clock: clock.memory,
  };
  return { items, sent, left: indices.slice(taken) };
}
