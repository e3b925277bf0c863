/** Says in words how a step failed. */
import type { StepFailure } from '../../runners/contract.ts';
import { formatDuration } from './duration.ts';
import { unreachable } from './unreachable.ts';

/** `exited with status 3`: the rest of a sentence that begins with the step's name. */
export function describeFailure(failure: StepFailure): string {
  switch (failure.reason) {
    case 'threw':
    case 'not-runnable':
    case 'output-invalid':
    case 'not-granted':
    case 'limit':
    case 'runtime-missing':
    case 'thread-lost':
    case 'steps-failed':
    case 'expression':
    case 'action':
    case 'asserted':
    case 'items':
    case 'rejected':
      return failure.message;
    case 'exited':
      return `ended with exit status ${failure.status}`;
    case 'killed':
      return `was ended by the signal ${failure.signal}`;
    case 'timed-out':
      return `ran out of time after ${formatDuration(failure.afterMs)}`;
    case 'cancelled':
      return 'was cancelled';
    default:
      return unreachable(failure);
  }
}
