/** What one attempt may use: the step's limits before the workflow's before the configuration's. */
import type { LimitName, Limits } from '../../runners/contract.ts';
import type { StepLimits } from '../model/step.ts';

/** Of these, 0 is a limit like any other number. */
const ZERO_COUNTS: ReadonlySet<string> = new Set(['output', 'stdout'] satisfies LimitName[]);

/** From settings in which 0 may mean "no limit". */
export function configuredLimits(config: {
  readonly output: number;
  readonly stdout: number;
  readonly memory: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly files: number;
  readonly processes: number;
}): Limits {
  const { cpuMs: cpu, wallMs: wall, ...rest } = config;
  return withoutZeros({ ...rest, cpu, wall });
}

export function limitsOf(own: StepLimits, configured: Limits): Limits {
  const names = Object.keys(own) as LimitName[];
  if (names.length === 0) return configured;
  const values = Object.fromEntries(names.map((name) => [name, own[name]!.value]));
  const setBy = Object.fromEntries(names.map((name) => [name, own[name]!.from]));
  return { ...withoutZeros({ ...configured, ...values }), setBy };
}

function withoutZeros(limits: Limits): Limits {
  const kept = Object.entries(limits).filter(([name, value]) => value !== 0 || ZERO_COUNTS.has(name));
  return Object.fromEntries(kept) as { [K in keyof Limits]: Limits[K] };
}
