/** Chooses what of a run fits into a given number of rows: all steps, else what happens now, the rest in counts. */
import type { StepStatus } from '../model/record.ts';
import { settledOf, type Counts, type Progress } from './progress.ts';
import { countSteps } from './words.ts';

/** `label` is the level, 1-based, on its first row; empty in the other rows and modes. */
export type Row =
  | { readonly kind: 'step'; readonly label: string; readonly index: number }
  | { readonly kind: 'summary'; readonly label: string; readonly status: StepStatus; readonly text: string };

/** At most `room` rows. */
export function collapse(progress: Progress, room: number): Row[] {
  const hasLevels = progress.mode === 'parallel' && progress.levels.length > 1;
  if (progress.steps.length <= room) return hasLevels ? allLevels(progress) : stepRows(progress.steps.keys());
  if (!hasLevels) return busyRows(progress, undefined, room);
  const groups = groupLevels(progress);
  const current = groups.filter(({ state }) => state === 'current');
  const shownApart = current.reduce((sum, { first }) => sum + progress.levels[first]!.length, 0);
  const summaries = groups.length - current.length;
  if (summaries + shownApart <= room) return groups.flatMap((group) => groupRows(progress, group, Infinity));
  const each = Math.max(1, Math.floor((room - summaries) / Math.max(1, current.length)));
  return groups.flatMap((group) => groupRows(progress, group, each));
}

interface Group {
  /** 0-based levels, both included. */
  readonly first: number;
  last: number;
  readonly state: 'done' | 'current' | 'waiting';
  /** Of all its levels; those of the level itself while it has only one. */
  counts: Counts;
}

/** Neighbouring levels that are all done, or have all not begun, together. Runs once a frame, for 100,000 levels too. */
function groupLevels({ levels, countsOfLevel }: Progress): Group[] {
  const groups: Group[] = [];
  let before: Group | undefined;
  for (let level = 0; level < levels.length; level++) {
    const counts = countsOfLevel[level]!;
    const { length } = levels[level]!;
    const state = counts.waiting === length ? 'waiting' : settledOf(counts) === length ? 'done' : 'current';
    if (before?.state === state && state !== 'current') {
      if (before.first === before.last) before.counts = { ...before.counts };
      before.last = level;
      for (const status of STATUSES) before.counts[status] += counts[status];
    } else {
      before = { first: level, last: level, state, counts };
      groups.push(before);
    }
  }
  return groups;
}

function groupRows(progress: Progress, { first, last, state, counts }: Group, room: number): Row[] {
  const label = first === last ? String(first + 1) : `${first + 1}–${last + 1}`;
  if (state === 'current') {
    const rows = room === Infinity ? stepRows(progress.levels[first]!) : busyRows(progress, first, room);
    return rows.map((row, index) => (index === 0 ? { ...row, label } : row));
  }
  const total = settledOf(counts) + counts.waiting;
  const text = state === 'waiting' || counts.succeeded === total ? countSteps(total) : settledText(counts);
  return [{ kind: 'summary', label, status: worst(counts), text }];
}

/** The steps of one level, or of the run: failed and running ones by name, the others counted. */
function busyRows(progress: Progress, level: number | undefined, room: number): Row[] {
  const isHere = (index: number): boolean => level === undefined || progress.steps[index]!.level === level;
  const counts = level === undefined ? progress.counts : progress.countsOfLevel[level]!;
  const failed = progress.failed.filter(isHere);
  const active = [...progress.active].filter(isHere);
  const rest: Row[] = [];
  const done = { ...counts, running: 0, retrying: 0, waiting: 0, failed: 0 };
  if (settledOf(done) > 0) rest.push({ kind: 'summary', label: '', status: worst(done), text: settledText(done) });
  if (counts.waiting > 0) {
    rest.push({ kind: 'summary', label: '', status: 'waiting', text: `${counts.waiting} waiting` });
  }
  const forNames = Math.max(0, room - rest.length);
  // What failed matters most, but may not crowd out what still runs.
  const failedShown = fitting(failed, active.length === 0 ? forNames : Math.ceil(forNames / 3), 'failed');
  const activeShown = fitting(active, forNames - failedShown.length, 'running');
  return [...failedShown, ...activeShown, ...rest].slice(0, room);
}

function fitting(indices: readonly number[], room: number, status: 'failed' | 'running'): Row[] {
  if (indices.length <= room) return stepRows(indices);
  const shown = Math.max(0, room - 1);
  const left = indices.length - shown;
  const text = `${left}${shown > 0 ? ' more' : ''} ${status}`;
  return [...stepRows(indices.slice(0, shown)), { kind: 'summary', label: '', status, text }];
}

function allLevels({ levels }: Progress): Row[] {
  return levels.flatMap((level, number) =>
    level.map((index, row): Row => ({ kind: 'step', label: row === 0 ? String(number + 1) : '', index })),
  );
}

function stepRows(indices: Iterable<number>): Row[] {
  return Array.from(indices, (index) => ({ kind: 'step', label: '', index }));
}

function settledText(counts: Counts): string {
  return (['succeeded', 'failed', 'cancelled', 'skipped'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(', ');
}

function worst(counts: Counts): StepStatus {
  const order = ['failed', 'cancelled', 'succeeded', 'skipped'] as const;
  return order.find((status) => counts[status] > 0) ?? 'waiting';
}

const STATUSES: readonly StepStatus[] = [
  'waiting',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
];
