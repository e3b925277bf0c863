/** The end of a step's time, for interpreters that look at it while they run: one that ends its step itself keeps its thread. */
import type { Deadline, Limits, StepFailure } from './contract.ts';
import { overLimit } from './limits.ts';
import type { ThreadClock } from './thread-clock.ts';

/** From now on; nothing where the step has all the time. */
export function deadlineFor(
  limits: Limits,
  timeoutMs: number = Number.POSITIVE_INFINITY,
  clock: ThreadClock | undefined,
): Deadline | undefined {
  const { wall = Number.POSITIVE_INFINITY, cpu = Number.POSITIVE_INFINITY } = limits;
  const wallMs = Math.min(wall, timeoutMs);
  if (wallMs === Number.POSITIVE_INFINITY && cpu === Number.POSITIVE_INFINITY) return undefined;
  const begun = performance.now();
  const cpuBefore = clock?.read() ?? 0;
  const late: StepFailure = wall < timeoutMs ? overLimit('wall', limits) : { reason: 'timed-out', afterMs: timeoutMs };
  let failure: StepFailure | undefined;
  // No thread uses more CPU time than passes on the clock, so that is how long the system need not be asked.
  let askAt = cpu;
  return {
    passed() {
      if (failure !== undefined) return failure;
      const passedMs = performance.now() - begun;
      if (passedMs >= wallMs) failure = late;
      else if (passedMs >= askAt) {
        const usedMs = clock === undefined ? passedMs : clock.read() - cpuBefore;
        if (usedMs >= cpu) failure = overLimit('cpu', limits);
        else askAt = passedMs + cpu - usedMs;
      }
      return failure;
    },
    get leftMs() {
      return Math.max(0, wallMs - (performance.now() - begun));
    },
  };
}
