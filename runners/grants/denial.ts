/** What a step was not granted and did not get over → its failure. */
import type { StepFailure } from '../contract.ts';

/** `told` is all that the step hears of it; the rest is for who may grant it. */
export interface Denial {
  readonly told: string;
  readonly message: string;
  readonly grant: string;
}

/** Nothing where the step failed of something else, which is what the error says that it raised. */
export function notGranted(denied: Denial | undefined, raised: string): StepFailure | undefined {
  if (denied === undefined || !raised.includes(denied.told)) return undefined;
  return { reason: 'not-granted', message: denied.message, grant: denied.grant };
}

/** Of a step that asked for `fetch`, which is there where some host is granted. */
export function noNetwork(): StepFailure {
  return {
    reason: 'not-granted',
    message: 'The step has no fetch, as no permissions name a host that it may reach',
    grant: 'permissions = { net = ["api.example.com:443"] }',
  };
}
