/** A denied act that a step did not get over → its failure. */
import type { StepFailure } from '../contract.ts';
import type { Denial } from './granted-files.ts';

/** Nothing where the step failed of something else, which is what the error says that it raised. */
export function notGranted(denied: Denial | undefined, raised: string): StepFailure | undefined {
  if (denied === undefined || !raised.includes(denied.told)) return undefined;
  return { reason: 'not-granted', message: denied.message, grant: denied.grant };
}
