/** The failure of a step whose output is too large. */
import type { StepFailure } from '../contract.ts';

/** Both figures in bytes; `what` begins the sentence. */
export function outputLimitFailure(bytes: number, limit: number, what = 'The output'): StepFailure {
  const figure = (n: number): string => n.toLocaleString('en-US');
  return {
    reason: 'limit',
    limit: 'output',
    message: `${what} has ${figure(bytes)} bytes, and limits.output is ${figure(limit)}: raise it, or hand on a file under HWFE_WORKDIR instead`,
  };
}
