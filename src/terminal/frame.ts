/** Draws one frame of the live view: what every step is doing, never taller or wider than the window. */
import { formatDuration } from '../model/duration.ts';
import type { ItemsRecord } from '../model/items.ts';
import { pathOf } from '../model/nested.ts';
import type { StepStatus } from '../model/record.ts';
import type { Awaited } from './awaited.ts';
import { collapse, type Row } from './collapse.ts';
import { type Counts, settledOf, type Progress, type StepProgress } from './progress.ts';
import type { Pending } from '../model/pending.ts';
import { howToAnswer, waitsFor } from './pending.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';
import { cutEnd, fit } from './width.ts';
import { describeCached, describeItems, describeLock, describeSkip, paintOf, SIGNS } from './words.ts';

export interface FrameOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly width: number;
  readonly height: number;
  readonly style: Style;
  /** First line of why a step failed. */
  readonly reasonOf?: (step: string) => string | undefined;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const SPIN_MS = 100;
/** Below these widths the language, then the notes are left out. */
const ROOM_FOR_LANGUAGE = 44;
const ROOM_FOR_NOTES = 30;
/** Below this one only signs and names are left. */
const ROOM_FOR_TIMES = 24;
const WIDEST_NAME = 32;
/** Columns of `59m 59s`. */
const TIME = 7;
/** From this height on a blank row sets the view apart from what was printed above it. */
const ROOM_FOR_AIR = 12;

/** Rows for the steps, and while the run goes on a progress line below them. The last window row stays free for the cursor. */
export function renderFrame(progress: Progress, options: FrameOptions): string[] {
  const isRunning = progress.status === 'running';
  const air = options.height >= ROOM_FOR_AIR ? [''] : [];
  const room = Math.max(0, options.height - 1 - air.length - (isRunning ? 2 : 0));
  const rows = collapse(progress, room).slice(0, room);
  const columns = columnsFor(rows, progress, options.width);
  let left = room - rows.length;
  const lines = [...air];
  for (const row of rows) {
    const opened = row.kind === 'step' ? openedRows(progress.steps[row.index]!, progress, left) : [];
    left -= opened.length;
    lines.push(renderRow(row, progress, columns, options));
    for (const inner of opened) lines.push(renderStep(inner, '', progress, columns, options));
  }
  if (!isRunning) return lines;
  return options.height < 5 ? [progressLine(progress, options)] : [...lines, '', progressLine(progress, options)];
}

interface Columns {
  readonly gutter: number;
  readonly name: number;
  readonly language: number;
  readonly width: number;
  readonly hasTimes: boolean;
}

function columnsFor(rows: readonly Row[], progress: Progress, width: number): Columns {
  const hasTimes = width >= ROOM_FOR_TIMES;
  const gutter = hasTimes ? Math.max(0, ...rows.map((row) => row.label.length)) : 0;
  const language = width >= ROOM_FOR_LANGUAGE ? progress.longest.language : 0;
  const taken = (gutter > 0 ? gutter + 2 : 0) + 2 + (language > 0 ? language + 2 : 0) + (hasTimes ? 2 + TIME : 0);
  const name = Math.max(1, Math.min(progress.longest.name, WIDEST_NAME, width - 1 - taken));
  return { gutter, language, width, name, hasTimes };
}

function renderRow(row: Row, progress: Progress, columns: Columns, options: FrameOptions): string {
  const { style } = options;
  const gutter = columns.gutter > 0 ? `${style.dim(row.label.padStart(columns.gutter))}  ` : '';
  const used = columns.gutter > 0 ? columns.gutter + 2 : 0;
  if (row.kind === 'summary') {
    const text = cutEnd(row.text, columns.width - 1 - used - 2);
    return `${gutter}${paintOf(row.status, style)(SIGNS[row.status])} ${style.dim(text)}`;
  }
  return renderStep(progress.steps[row.index]!, row.label, progress, columns, options);
}

/** Of a step that has opened, those inside it that run, as far as there is room. */
function openedRows({ name, status }: StepProgress, { inside }: Progress, room: number): StepProgress[] {
  const rows: StepProgress[] = [];
  if (status !== 'running') return rows;
  for (const inner of inside.active(name)) {
    if (rows.length >= room) break;
    rows.push(inner);
  }
  return rows;
}

function renderStep(
  step: StepProgress,
  label: string,
  progress: Progress,
  columns: Columns,
  options: FrameOptions,
): string {
  const { style, now } = options;
  const gutter = columns.gutter > 0 ? `${style.dim(label.padStart(columns.gutter))}  ` : '';
  const used = columns.gutter > 0 ? columns.gutter + 2 : 0;
  const paint = paintOf(step.status, style);
  const isIdle = step.status === 'waiting' || step.status === 'skipped';
  const name = fit(visible(shortName(step.name)), columns.name);
  const language = columns.language > 0 ? `  ${style.dim(step.language.padEnd(columns.language))}` : '';
  const time = columns.hasTimes ? `  ${style.dim(timeOf(step, now).padStart(TIME))}` : '';
  const sign = step.status === 'running' ? spinnerAt(now) : SIGNS[step.status];
  const left = used + 2 + columns.name + (columns.language > 0 ? columns.language + 2 : 0) + 2 + TIME + 2;
  const note = columns.width >= ROOM_FOR_NOTES ? cutEnd(noteOn(step, progress, options), columns.width - 1 - left) : '';
  const line = `${gutter}${paint(sign)} ${isIdle ? style.dim(name) : name}${language}${time}`;
  return note === '' ? line.trimEnd() : `${line}  ${step.status === 'failed' ? style.red(note) : style.dim(note)}`;
}

/** One inside another stands below it. */
function shortName(name: string): string {
  const [, ...inner] = pathOf(name);
  return inner.length === 0 ? name : `${'  '.repeat(inner.length)}${inner.at(-1)!}`;
}

function noteOn(step: StepProgress, progress: Progress, options: FrameOptions): string {
  const { items } = step;
  if (items !== undefined && step.status !== 'failed' && step.status !== 'skipped') return noteOnItems(step, items);
  const attempt = step.attempts > 1 && step.attempt > 1 ? `attempt ${step.attempt}/${step.attempts}` : '';
  const notes: Partial<Record<StepStatus, string>> = {
    waiting: progress.status === 'running' ? waitOf(step, progress, options.now) : '',
    retrying: `attempt ${step.attempt}/${step.attempts} failed, the next follows`,
    pending: step.pending === undefined ? '' : visible(pendingNote(step.pending, step.name, progress, options.now)),
    failed: visible(options.reasonOf?.(step.name) ?? ''),
    skipped: step.skipped === undefined ? '' : visible(describeSkip(step.skipped)),
    cancelled: 'cancelled',
    ...(step.cached !== undefined && { succeeded: describeCached(step.cached) }),
  };
  return notes[step.status] ?? attempt;
}

/** Items that run by number, as far as there is room. */
const MOST_NUMBERS = 8;

function noteOnItems({ status }: StepProgress, items: ItemsRecord): string {
  if (status !== 'running') return describeItems(items);
  const running = [...items.running].slice(0, MOST_NUMBERS);
  const more = items.running.size > running.length ? ' …' : '';
  return [
    `${items.settled}/${items.count}`,
    items.counts.failed > 0 ? `${items.counts.failed} failed` : '',
    running.length > 0 ? `now ${running.map((index) => `[${index}]`).join(' ')}${more}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** What a step waits for, but for other steps. */
function waitOf(step: StepProgress, progress: Progress, now: number): string {
  if (step.awaits !== undefined) return awaitedNote(step.awaits, now);
  if (step.missing > 0) return '';
  const isItsTurn = progress.mode !== 'parallel' || hasBegun(progress.countsOfLevel[step.level]!);
  const pool = step.pool === undefined ? undefined : progress.pools.get(step.pool);
  const hasPlace = progress.counts.running + progress.counts.retrying < progress.cap;
  if (pool !== undefined && isItsTurn) {
    if (pool.used > 0 && pool.used + step.cost > pool.size) return `waiting for pool "${step.pool}"`;
    if (pool.hasRate && hasPlace) return `waiting for the rate of pool "${step.pool}"`;
  }
  return progress.mode === 'parallel' ? '' : 'ready';
}

function hasBegun(counts: Counts): boolean {
  return settledOf(counts) + counts.running + counts.retrying > 0;
}

function awaitedNote({ lock, holder, since }: Awaited, now: number): string {
  const forSoLong = formatDuration(Math.max(0, now - since));
  return visible(`waiting ${forSoLong} for ${describeLock(lock, holder)}`);
}

/** First how to answer it, since what it is may be long. */
function pendingNote(pending: Pending, step: string, { run }: Progress, now: number): string {
  const how = howToAnswer(run, step, pending);
  return how === undefined ? waitsFor(pending, now) : `${waitsFor(pending, now)}  (${how})`;
}

function timeOf(step: StepProgress, now: number): string {
  if (step.durationMs !== undefined) return formatDuration(step.durationMs);
  return step.startedAt === undefined ? '' : formatDuration(Math.max(0, now - step.startedAt));
}

function progressLine(progress: Progress, { now, width, style }: FrameOptions): string {
  const { counts, steps } = progress;
  const settled = settledOf(counts);
  const count = `${settled}/${steps.length}`;
  const active = counts.running + counts.retrying;
  const parts = [
    count,
    active > 0 ? `${active} running` : '',
    counts.pending > 0 ? `${counts.pending} waiting` : '',
    counts.failed > 0 ? `${counts.failed} failed` : '',
    progress.awaits === undefined ? '' : awaitedNote(progress.awaits, now),
    formatDuration(Math.max(0, now - progress.startedAt)),
    progress.stopping === undefined ? '' : progress.stopping === 'timed-out' ? 'out of time, stopping' : 'stopping',
  ].filter((part) => part !== '');
  const text = cutEnd(parts.join('  '), width - 1);
  const room = Math.min(30, width - 1 - text.length - 2);
  if (room < 8) return text;
  const full = steps.length === 0 ? room : Math.floor((settled / steps.length) * room);
  const bar = style.green('━'.repeat(full)) + style.dim('─'.repeat(room - full));
  return `${bar}  ${counts.failed > 0 ? style.red(text) : text}`;
}

function spinnerAt(now: number): string {
  return SPINNER[Math.floor(now / SPIN_MS) % SPINNER.length]!;
}
