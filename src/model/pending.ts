/** What a step waits for that no thread does. */
import type { PlainValue } from './input.ts';
import { unreachable } from './unreachable.ts';

/** What it waits for, and until when at most: milliseconds since the epoch, absent for ever. */
export type Pending = { readonly until?: number } & (
  | { readonly for: 'time'; readonly until: number }
  /** Absolute. */
  | { readonly for: 'file'; readonly path: string }
  | { readonly for: 'signal'; readonly signal: string }
  | {
      readonly for: 'person';
      readonly title: string;
      readonly assignee?: string;
      /** A JSON Schema of what is to be given. */
      readonly form?: PlainValue;
    }
);

/** Who ended the waiting, when and how. */
export interface Answered {
  /** Of the system, or as they call themselves. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly how: 'approved' | 'rejected' | 'signalled' | 'timed-out';
  /** Why it was rejected. */
  readonly reason?: string;
  /** The letter that brought it; absent where it was said to the run itself. */
  readonly letter?: number;
}

/** What somebody says to a step that asks. */
export type Answer = { readonly by: string; readonly at: number } & (
  | { readonly how: 'approved'; readonly values: PlainValue }
  | { readonly how: 'rejected'; readonly reason: string }
);

export interface Signal {
  readonly by: string;
  readonly at: number;
  readonly name: string;
  /** JSON. */
  readonly data: string;
}

/** What another process says to a run: kept until the run takes it. */
export type Letter = { readonly id: number } & (
  | { readonly kind: 'answer'; readonly step: string; readonly ask: string; readonly answer: Answer }
  | { readonly kind: 'signal'; readonly signal: Signal }
);

/** `an answer of alice: Ship it?`, `the signal "paid"`: the end of "waits for …". */
export function describePending(pending: Pending): string {
  switch (pending.for) {
    case 'time':
      return new Date(pending.until).toISOString();
    case 'file':
      return `the file "${pending.path}"`;
    case 'signal':
      return `the signal "${pending.signal}"`;
    case 'person':
      return `${pending.assignee === undefined ? 'an answer' : `an answer of ${pending.assignee}`}: ${pending.title}`;
    default:
      return unreachable(pending);
  }
}
