/** Where a run asks whether a step was done before: the seam between runs and their memory. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import { layersFor, reachesOut } from '../model/permissions.ts';
import { type JobSettings, runtimeOf } from './job.ts';
import type { CachedFrom, Said } from '../model/event.ts';
import type { Step } from '../model/workflow.ts';

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

/** What is read of the machine, only the step's author knows. */
export function mayBeCached(
  step: Step,
  { runners, allowed }: Pick<JobSettings, 'runners' | 'allowed'>,
  cacheDefault: boolean,
): boolean {
  if (!(step.cache ?? cacheDefault)) return false;
  const isOpen = runtimeOf(step, runners) === 'native' || reachesOut(layersFor(step, allowed));
  return !isOpen || (step.reads ?? step.writes) !== undefined;
}
