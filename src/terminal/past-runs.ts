/** Lists past runs, one line each. */
import { formatDuration } from '../model/duration.ts';
import type { PastRun, PastStatus } from '../model/history.ts';
import { formatMoment } from './moment.ts';
import type { Paint, Style } from './style.ts';
import { table } from './table.ts';
import { visible } from './visible.ts';
import { paintOf, SIGNS } from './words.ts';

/** Columns of the longest time, so that times stand flush right. */
const TIME = 7;

export function renderRuns(runs: readonly PastRun[], now: number, style: Style): string[] {
  const head = ['run', 'workflow', 'status', 'started', 'took'.padStart(TIME), 'steps'].map(style.dim);
  if (runs.some(({ tags }) => tags.length > 0)) head.push(style.dim('tags'));
  return table([
    head,
    ...runs.map((run) => [
      run.id,
      run.workflow,
      statusOf(run.status, style),
      formatMoment(run.startedAt),
      tookOf(run, now).padStart(TIME),
      stepsOf(run),
      style.dim(run.tags.map(visible).join(' ')),
    ]),
  ]);
}

/** `✓ succeeded`. */
export function statusOf(status: PastStatus, style: Style): string {
  const sign = status === 'interrupted' ? '!' : SIGNS[status === 'parked' ? 'pending' : status];
  return paintOfPast(status, style)(`${sign} ${status}`);
}

export function paintOfPast(status: PastStatus, style: Style): Paint {
  return status === 'interrupted' ? style.yellow : paintOf(status === 'parked' ? 'pending' : status, style);
}

function tookOf(run: PastRun, now: number): string {
  if (run.durationMs !== undefined) return formatDuration(run.durationMs);
  return run.status === 'running' ? formatDuration(Math.max(0, now - run.startedAt)) : '';
}

/** `3`, or `2 of 3` where not all succeeded. */
function stepsOf({ steps, counts }: PastRun): string {
  return counts.succeeded === steps ? String(steps) : `${counts.succeeded} of ${steps}`;
}
