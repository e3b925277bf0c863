/** A step that is under way, whatever it takes. */
import type { StepFailure, Usage } from '../../runners/contract.ts';
import type { AttemptEnd } from './attempts.ts';

/** Of what ended without an attempt. */
export const NO_USAGE: Usage = { wallMs: 0, bytesIn: 0, bytesOut: 0 };

export interface Running {
  /** Never rejects. */
  readonly finished: Promise<AttemptEnd>;
  /** Ends it as fast as it cleanly can. Does nothing the second time. */
  stop(): void;
  kill(): void;
  /** Whether it does nothing but wait for something from outside the run. Absent for never. */
  isPending?(): boolean;
}

/** Ends with a failure what is not done after so long, all attempts and the time between them counted. */
export function withDeadline(running: Running, ms: number): Running {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    running.stop();
  }, ms);
  const finished = running.finished.then((end): AttemptEnd => {
    clearTimeout(timer);
    if (!isLate || end.how !== 'cancelled') return end;
    const failure: StepFailure = { reason: 'timed-out', afterMs: ms };
    return { ...end, how: 'failed', failure, usage: NO_USAGE };
  });
  return {
    finished,
    stop: () => running.stop(),
    kill: () => running.kill(),
    isPending: () => running.isPending?.() === true,
  };
}
