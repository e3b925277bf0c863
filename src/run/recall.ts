/** Where a run asks whether a step was done before: the seam between runs and their memory. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { CachedFrom } from '../model/event.ts';
import type { Step } from '../model/workflow.ts';

export interface Recalled {
  readonly output: EncodedValue;
  readonly from: CachedFrom;
}

export interface Recall {
  /** Nothing where no earlier run did the same. Never rejects. */
  recall(step: Step, job: Job): Promise<Recalled | undefined>;
  /** The key under which the output of a step that was asked for will be kept; nothing where it cannot be. */
  keyOf(step: Step): Uint8Array | undefined;
  /** Called when a step that was asked for has succeeded, before anything that depends on it starts. Never rejects. */
  done(step: Step, job: Job, output: EncodedValue): Promise<void>;
}
