/** How often and how fast the runs of each workflow went, and their steps. */
import type { PastRun } from '../model/history.ts';
import type { History } from './history.ts';

export interface Stats {
  /** A workflow, or a step of one. */
  readonly name: string;
  /** How often it settled as succeeded or failed. */
  readonly times: number;
  readonly succeeded: number;
  /** How often its output was taken from the cache. */
  readonly cached: number;
  /** Milliseconds of those that succeeded and ran; nothing where none did. */
  readonly median?: number;
  readonly p95?: number;
}

export function statsOfWorkflows(runs: readonly PastRun[]): Stats[] {
  const names = [...new Set(runs.map(({ workflow }) => workflow))];
  return names.map((name) =>
    statsOf(
      name,
      runs.filter(({ workflow }) => workflow === name),
    ),
  );
}

/** In the order in which the steps first appear. */
export function statsOfSteps(history: History, runs: readonly PastRun[]): Stats[] {
  const byStep = new Map<string, { status: string; durationMs?: number; isCached: boolean }[]>();
  for (const run of runs) {
    for (const step of history.steps(run).values()) {
      const list = byStep.get(step.step) ?? [];
      byStep.set(step.step, list);
      list.push({ ...step, isCached: step.cachedFrom !== undefined });
    }
  }
  return [...byStep].map(([name, steps]) => statsOf(name, steps));
}

function statsOf(
  name: string,
  all: readonly { readonly status: string; readonly durationMs?: number; readonly isCached?: boolean }[],
): Stats {
  const good = all.filter(({ status }) => status === 'succeeded');
  const failed = all.filter(({ status }) => status === 'failed').length;
  const ran = good.filter(({ isCached }) => isCached !== true);
  const durations = ran
    .flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]))
    .sort((a, b) => a - b);
  const at = (share: number): number =>
    durations[Math.min(durations.length - 1, Math.floor(durations.length * share))]!;
  return {
    name,
    times: good.length + failed,
    succeeded: good.length,
    cached: good.length - ran.length,
    ...(durations.length > 0 && { median: at(0.5), p95: at(0.95) }),
  };
}
