/** What is done for the items of a step: one by one, or several in one message. */
import type { StepFailure } from '../../../runners/contract.ts';
import type { Result } from '../../model/result.ts';
import type { AttemptEnd } from '../attempts.ts';
import type { Running } from '../running.ts';

export interface ItemWork {
  /** Starts one, with its attempt of that number, 1 for the first. */
  start(index: number, attempt: number): Result<Running, StepFailure>;
  /** Does several at once, where that pays; absent where it never may. */
  readonly together?: ItemsTogether;
}

/** Items that go to a thread in one message, since each of them is over sooner than a message is there. */
export interface ItemsTogether {
  /** How many to take of so many that are left; fewer than 2 for one by itself. */
  most(left: number): number;
  /** An item that went by itself has ended. */
  learn(end: AttemptEnd): void;
  start(indices: readonly number[], settle: (index: number, end: TogetherEnd) => void): Batch;
}

export type TogetherEnd = AttemptEnd | { readonly how: 'again'; readonly attempt: number; readonly delayMs: number };

export interface Batch {
  /** Never rejects; once all are settled, but for those that are to be sent again. */
  readonly finished: Promise<readonly number[]>;
  stop(): void;
  kill(): void;
}
