/** What is measured of a job from outside: its time, its CPU time, its bytes. */
import type { Job, Language, Outcome, Usage } from '../../runners/contract.ts';
import { overLimit } from '../../runners/limits.ts';
import { type CpuClock, CpuWatch } from './cpu-watch.ts';
import type { Ending } from './ending.ts';
import type { JobContext } from './pool.ts';

/** Interpreters that look at the clock while they run, and are mostly gone by themselves when their time is over. */
const LOOKING: ReadonlySet<Language> = new Set(['javascript', 'python']);
/** So much longer they have before their thread is ended with them, which costs the boot of another. */
const YIELD_MS = 60;
/** The same of CPU time, in which nothing but their own code keeps them from looking. */
const YIELD_CPU_MS = 20;

function isLooking({ language, runtime }: Job): boolean {
  return runtime === 'embedded' && LOOKING.has(language);
}

export function isTimed({ limits }: Job, { timeoutMs }: JobContext): boolean {
  return timeoutMs !== undefined || limits.wall !== undefined || limits.cpu !== undefined;
}

/** The milliseconds after which an embedded job is sure to lose its thread; nothing where it has all the time, is told to stop, or mostly ends itself. */
export function timeFor(job: Job, { timeoutMs }: JobContext): number | undefined {
  const { limits, runtime } = job;
  if (runtime === 'native' || isLooking(job)) return undefined;
  const ends = [timeoutMs, limits.wall, limits.cpu].filter((ms) => ms !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The shorter of `timeout` and `limits.wall` counts. Gives the watch over the CPU time; processes are watched where they run. */
export function startClocks(
  ending: Ending,
  job: Job,
  { timeoutMs = Number.POSITIVE_INFINITY }: JobContext,
  cpuClock: () => CpuClock | undefined,
): CpuWatch | undefined {
  const { limits, runtime } = job;
  const graceMs = isLooking(job) ? YIELD_MS : 0;
  if (limits.wall !== undefined && limits.wall < timeoutMs)
    ending.startClock(limits.wall + graceMs, overLimit('wall', limits));
  else if (timeoutMs < Number.POSITIVE_INFINITY)
    ending.startClock(timeoutMs + graceMs, { reason: 'timed-out', afterMs: timeoutMs });
  if (limits.cpu === undefined || runtime === 'native') return undefined;
  return new CpuWatch(cpuClock(), limits.cpu + (isLooking(job) ? YIELD_CPU_MS : 0), () =>
    ending.begin(overLimit('cpu', limits)),
  );
}

/** As literals: V8 gives each object that is put together from others a hidden class of its own, four times its size. */
export function usageOf(
  { wallMs, cpuMs, memoryBytes, tokens }: Omit<Usage, 'bytesIn' | 'bytesOut'>,
  { inputs }: Job,
  outcome: Outcome,
): Usage {
  let bytesIn = 0;
  for (const value of inputs.values()) bytesIn += value.length;
  const bytesOut = outcome.ok ? outcome.output.length : 0;
  if (tokens !== undefined)
    return {
      wallMs,
      ...(cpuMs !== undefined && { cpuMs }),
      ...(memoryBytes !== undefined && { memoryBytes }),
      tokens,
      bytesIn,
      bytesOut,
    };
  if (cpuMs === undefined) {
    return memoryBytes === undefined ? { wallMs, bytesIn, bytesOut } : { wallMs, memoryBytes, bytesIn, bytesOut };
  }
  return memoryBytes === undefined
    ? { wallMs, cpuMs, bytesIn, bytesOut }
    : { wallMs, cpuMs, memoryBytes, bytesIn, bytesOut };
}
