/** Where a run asks whether a step was done before: the seam between runs and their memory. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import { actsOf, layersFor } from '../model/permissions.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import type { CachedFrom, Said } from '../model/event.ts';
import { isCode, type Step } from '../model/step.ts';

export interface Recalled {
  readonly output: EncodedValue;
  readonly from: CachedFrom;
  /** Nothing where the step was silent. */
  readonly said?: Said;
}

export interface Recall {
  /** Nothing where no earlier run did the same. Never rejects. */
  recall(step: Step, job: Job): Promise<Recalled | undefined>;
  /** The key under which the output of a step that was asked for will be kept; nothing where it cannot be. */
  keyOf(step: Step): Uint8Array | undefined;
  /** Called when a step that was asked for has succeeded, before anything that depends on it starts. Never rejects. */
  done(step: Step, job: Job, output: EncodedValue): Promise<void>;
}

/** What a process reads and writes, and what is written or fetched at all, only the step's author knows; what may be read is looked at. */
export function mayBeCached(
  step: Step,
  { runners, allowed }: Pick<JobSettings, 'runners' | 'allowed'>,
  cacheDefault: boolean,
): boolean {
  // What ends a loop is no part of what a turn is given, nor is what others have put into the memory that it shares.
  if (!isCode(step) || !(step.cache ?? cacheDefault)) return false;
  if ((step.loop ?? step.foreach) !== undefined || step.sharesMemory === true) return false;
  const acts = actsOf(layersFor(step, allowed));
  const isOpen = runtimeOf(step, runners) === 'native' || acts.some((act) => act !== 'read');
  return !isOpen || (step.reads ?? step.writes) !== undefined;
}
