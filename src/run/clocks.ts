/** What is measured of a job from outside: its time, its CPU time, its bytes. */
import type { Job, Outcome, Usage } from '../../runners/contract.ts';
import { overLimit } from '../../runners/limits.ts';
import { type CpuClock, CpuWatch } from './cpu-watch.ts';
import type { Ending } from './ending.ts';
import type { JobContext } from './pool.ts';

export function isTimed({ limits }: Job, { timeoutMs }: JobContext): boolean {
  return timeoutMs !== undefined || limits.wall !== undefined || limits.cpu !== undefined;
}

/** The shorter of `timeout` and `limits.wall` counts. Gives the watch over the CPU time; processes are watched where they run. */
export function startClocks(
  ending: Ending,
  { limits, runtime }: Job,
  { timeoutMs = Number.POSITIVE_INFINITY }: JobContext,
  cpuClock: () => CpuClock | undefined,
): CpuWatch | undefined {
  if (limits.wall !== undefined && limits.wall < timeoutMs) ending.startClock(limits.wall, overLimit('wall', limits));
  else if (timeoutMs < Number.POSITIVE_INFINITY)
    ending.startClock(timeoutMs, { reason: 'timed-out', afterMs: timeoutMs });
  if (limits.cpu === undefined || runtime === 'native') return undefined;
  return new CpuWatch(cpuClock(), limits.cpu, () => ending.begin(overLimit('cpu', limits)));
}

export function bytesOf({ inputs }: Job, outcome: Outcome): Pick<Usage, 'bytesIn' | 'bytesOut'> {
  let bytesIn = 0;
  for (const value of inputs.values()) bytesIn += value.length;
  return { bytesIn, bytesOut: outcome.ok ? outcome.output.length : 0 };
}
