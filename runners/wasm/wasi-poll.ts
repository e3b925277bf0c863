/** `poll_oneoff` of WASI: sleeps until the first clock is due; there is nothing else to wait for. */
import type { GuestMemory } from './wasi-structs.ts';

const SUCCESS = 0;
const INVALID = 28;
const NOT_SUPPORTED = 58;
const MONOTONIC = 1;
/** Sizes of `subscription` and `event`, the tag of a subscription to a clock, and its flag for a moment instead of a while. */
const POLL = { subscription: 48, event: 32, clock: 0, absolute: 1 } as const;
const MOST_AT_ONCE = 1024;

export interface PollClock {
  /** Nanoseconds by a clock's number. */
  readonly now: (clock: number) => bigint;
  /** In milliseconds. */
  readonly slept: (ms: number) => void;
}

/** Where subscriptions lie, where events are put, how many subscriptions there are, where the number of events is put. */
export type PollArguments = readonly [input: number, output: number, count: number, result: number];

export function poll(memory: GuestMemory, clock: PollClock, [input, output, count, result]: PollArguments): number {
  if (count === 0 || count >>> 0 > MOST_AT_ONCE) return INVALID;
  const view = memory.view();
  const subscriptions = Array.from({ length: count }, (_, i) => {
    const at = (input >>> 0) + POLL.subscription * i;
    const tag = view.getUint8(at + 8);
    const due = tag === POLL.clock ? dueAt(view, at, clock) : undefined;
    return { userdata: view.getBigUint64(at, true), tag, due };
  });
  const dues = subscriptions.map(({ due }) => due);
  if (dues.every((due) => due !== undefined))
    sleepUntil(
      dues.reduce((a, b) => (a < b ? a : b)),
      clock,
    );
  let events = 0;
  for (const { userdata, tag, due } of subscriptions) {
    if (due !== undefined && due > clock.now(MONOTONIC)) continue;
    const at = (output >>> 0) + POLL.event * events;
    memory.bytes(at, POLL.event).fill(0);
    view.setBigUint64(at, userdata, true);
    view.setUint16(at + 8, due === undefined ? NOT_SUPPORTED : SUCCESS, true);
    view.setUint8(at + 10, tag);
    events += 1;
  }
  view.setUint32(result >>> 0, events, true);
  return SUCCESS;
}

/** Of a clock subscription, on the monotonic clock. */
function dueAt(view: DataView, at: number, { now }: PollClock): bigint {
  const clock = view.getUint32(at + 16, true);
  const timeout = view.getBigUint64(at + 24, true);
  const isAbsolute = (view.getUint16(at + 40, true) & POLL.absolute) !== 0;
  return now(MONOTONIC) + (isAbsolute ? timeout - now(clock) : timeout);
}

function sleepUntil(due: bigint, { now, slept }: PollClock): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let left = due - now(MONOTONIC); left > 0n; left = due - now(MONOTONIC)) {
    const ms = Math.ceil(Number(left) / 1e6);
    Atomics.wait(cell, 0, 0, ms);
    slept(ms);
  }
}
