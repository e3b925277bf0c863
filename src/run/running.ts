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

/** What there is to know of a deadline. */
export interface Late {
  /** As the file has it, in milliseconds. */
  readonly ms: number;
  /** In milliseconds since the epoch. */
  readonly until: number;
  /** Asked before it is ended that it is late; where it only waits, it may have been answered in time. */
  readonly isSettled: () => Promise<void>;
  readonly end: () => void;
}

/** Ends with a failure what is not done by then, all attempts and the time between them counted. */
export function withDeadline(running: Running, { ms, until, isSettled, end: forget }: Late): Running {
  let isLate = false;
  let isOver = false;
  const timer = setTimeout(
    () => {
      void isSettled().then(() => {
        if (isOver) return;
        isLate = true;
        running.stop();
      });
    },
    Math.max(0, until - Date.now()),
  );
  const finished = running.finished.then((end): AttemptEnd => {
    isOver = true;
    clearTimeout(timer);
    forget();
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
