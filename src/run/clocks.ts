/** What is measured of a job from outside: its time, its CPU time, its bytes. */
import type { Job, Outcome, Usage } from '../../runners/contract.ts';
import { overLimit } from '../../runners/limits.ts';
import { type CpuClock, CpuWatch } from './cpu-watch.ts';
import type { Ending } from './ending.ts';
import type { JobContext } from './pool.ts';

export function isTimed({ limits }: Job, { timeoutMs }: JobContext): boolean {
  return timeoutMs !== undefined || limits.wall !== undefined || limits.cpu !== undefined;
}

/** The milliseconds after which an embedded job loses its thread; nothing where it has all the time, or is told to stop instead. */
export function timeFor({ limits, runtime }: Job, { timeoutMs }: JobContext): number | undefined {
  if (runtime === 'native') return undefined;
  const ends = [timeoutMs, limits.wall, limits.cpu].filter((ms) => ms !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
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

/** As literals: V8 gives each object that is put together from others a hidden class of its own, four times its size. */
export function usageOf(
  { wallMs, cpuMs, memoryBytes }: Omit<Usage, 'bytesIn' | 'bytesOut'>,
  { inputs }: Job,
  outcome: Outcome,
): Usage {
  let bytesIn = 0;
  for (const value of inputs.values()) bytesIn += value.length;
  const bytesOut = outcome.ok ? outcome.output.length : 0;
  if (cpuMs === undefined) {
    return memoryBytes === undefined ? { wallMs, bytesIn, bytesOut } : { wallMs, memoryBytes, bytesIn, bytesOut };
  }
  return memoryBytes === undefined
    ? { wallMs, cpuMs, bytesIn, bytesOut }
    : { wallMs, cpuMs, memoryBytes, bytesIn, bytesOut };
}
