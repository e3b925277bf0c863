/** Draws one frame of the live view: what every step is doing, never taller or wider than the window. */
import { formatDuration } from '../model/duration.ts';
import { pathOf } from '../model/nested.ts';
import { collapse, type Row } from './collapse.ts';
import { awaitedNote, noteOn, type NoteOptions } from './notes.ts';
import { settledOf, type Progress } from './progress.ts';
import type { StepProgress } from './step-progress.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';
import { cutEnd, fit } from './width.ts';
import { paintOf, SIGNS } from './words.ts';

export interface FrameOptions extends NoteOptions {
  readonly width: number;
  readonly height: number;
  readonly style: Style;
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

/** Of a step that has opened, those inside it that run, then those that wait for their pool, as far as there is room. */
function openedRows({ name, status }: StepProgress, { inside }: Progress, room: number): StepProgress[] {
  const rows: StepProgress[] = [];
  if (status !== 'running') return rows;
  for (const those of [inside.active(name), inside.queued(name)])
    for (const inner of those) {
      if (rows.length >= room) return rows;
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

/** One inside another stands below it, with the number of the item that it is in. */
function shortName(name: string): string {
  const path = pathOf(name);
  if (name.endsWith(']')) return `${'  '.repeat(path.length)}${path.at(-1)!}`;
  if (path.length === 1) return name;
  const [, item = ''] = /(\[\d+\])$/.exec(path.at(-2)!) ?? [];
  return `${'  '.repeat(path.length - 1)}${item}${item === '' ? '' : ' '}${path.at(-1)!}`;
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
