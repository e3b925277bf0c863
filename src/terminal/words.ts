/** The signs and phrases that stand for what happens to steps, the same in every view. */
import type { CachedFrom, LockHolder, RunEvent, RunStatus, SkipReason } from '../model/event.ts';
import { formatDuration } from '../model/duration.ts';
import type { ItemsRecord } from '../model/items.ts';
import type { StepStatus } from '../model/record.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Counts } from './progress.ts';
import type { Paint, Style } from './style.ts';

/** One column each. */
export const SIGNS: Readonly<Record<StepStatus, string>> = {
  waiting: '·',
  running: '▸',
  pending: '‖',
  retrying: '↻',
  succeeded: '✓',
  failed: '✗',
  cancelled: '■',
  skipped: '-',
};

export function paintOf(status: StepStatus, style: Style): Paint {
  switch (status) {
    case 'succeeded':
      return style.green;
    case 'failed':
      return style.red;
    case 'running':
    case 'pending':
      return style.cyan;
    case 'retrying':
    case 'cancelled':
      return style.yellow;
    case 'waiting':
    case 'skipped':
      return style.dim;
    default:
      return unreachable(status);
  }
}

/** `step "load" failed`: why a step never ran. */
export function describeSkip(because: SkipReason): string {
  switch (because.kind) {
    case 'dependency':
      return `it needs "${because.step}"`;
    case 'failure-mode':
      return `"${because.step}" failed`;
    case 'condition':
      return `its condition is false: ${because.expression}`;
    case 'not-needed':
      return `"${because.step}" did not need it`;
    case 'run-if':
      return `its run_if asks for ${because.rule}`;
    case 'case':
      return `"${because.step}" chose ${because.value}`;
    case 'race':
      return `"${because.step}" was first`;
    case 'stopped':
      return because.reason === 'timed-out' ? 'the run was out of time' : 'the run was cancelled';
    default:
      return unreachable(because);
  }
}

/** `waits for lock "deploy", which process 12 has for the run 2026…`: what a step or a run waits for. */
export function describeLock(lock: string, holder: LockHolder | undefined): string {
  if (holder === undefined) return `lock ${JSON.stringify(lock)}`;
  return `lock ${JSON.stringify(lock)}, which process ${holder.pid} has for the run ${holder.run}`;
}

/** `at most 2 steps at once from here on, for want of memory`. */
export function describeCap(cap: number, because: (RunEvent & { kind: 'cap-changed' })['because']): string {
  const why = { memory: 'memory is short', load: 'processors are short', room: 'the machine has room again' }[because];
  return `at most ${countSteps(cap)} at once from here on: ${why}`;
}

/** `cached from 20261121-084512-3e701f2c`: where an output came from without the step running. */
export function describeCached({ run }: CachedFrom): string {
  return `cached from ${run}`;
}

/** In counts, where one word has to tell both apart by itself. */
const UNSETTLED: Partial<Record<StepStatus, string>> = { pending: 'waiting', waiting: 'not begun' };

/** `5 succeeded, 1 failed, 2 skipped`: what is none is left out. */
function describeCounts(counts: Counts, style: Style): string {
  const parts = (['succeeded', 'failed', 'cancelled', 'skipped', 'running', 'retrying', 'pending', 'waiting'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => paintOf(status, style)(`${counts[status]} ${UNSETTLED[status] ?? status}`));
  return parts.join(', ') || 'no steps';
}

/** `✓ demo succeeded in 1.2s: 7 succeeded`: the last line of a run. */
export function describeEnd(
  workflow: string,
  run: { status: RunStatus | 'parked'; durationMs: number; counts: Counts; timedOut: boolean },
  style: Style,
): string {
  const verdict = run.timedOut
    ? 'ran out of time'
    : run.status === 'cancelled'
      ? 'was cancelled'
      : run.status === 'parked'
        ? 'is parked'
        : run.status;
  const seen = run.status === 'parked' ? 'pending' : run.status;
  const paint = paintOf(seen, style);
  const time = formatDuration(run.durationMs);
  const preposition = run.status === 'succeeded' ? 'in' : 'after';
  return `${paint(SIGNS[seen])} ${style.bold(workflow)} ${verdict} ${preposition} ${time}: ${describeCounts(run.counts, style)}`;
}

/** ` (cached from …)`: of something that was said when the output was made. */
export function thenBy(cached: CachedFrom | undefined): string {
  return cached === undefined ? '' : ` (${describeCached(cached)})`;
}

/** `998 of 1000 items, 2 failed`. */
export function describeItems({ count, counts, kept }: ItemsRecord): string {
  const all = count === 1 ? '1 item' : `${count} items`;
  return [
    counts.succeeded === count ? all : `${counts.succeeded} of ${all}`,
    counts.failed > 0 ? `${counts.failed} failed` : '',
    counts.cancelled > 0 ? `${counts.cancelled} cancelled` : '',
    kept > 0 ? `${kept} kept` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** `fetch[3]`: an item of a step, or the step itself. */
export function nameOf(step: string, item: number | undefined): string {
  return item === undefined ? step : `${step}[${item}]`;
}

export function countLevels(count: number): string {
  return count === 1 ? '1 level' : `${count} levels`;
}

export function countSteps(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`;
}
