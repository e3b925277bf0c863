/** Shows one past run, step by step. */
import { formatDuration } from '../model/duration.ts';
import type { KeptValue, PastRun } from '../model/history.ts';
import { inRow } from '../model/nested.ts';
import type { RunRecord, StepRecord } from '../model/record.ts';
import { formatSize } from '../model/size.ts';
import { describeFailure } from '../model/failure.ts';
import { formatMoment } from './moment.ts';
import { statusOf } from './past-runs.ts';
import { howToAnswer, waitsFor } from './pending.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { visible } from './visible.ts';
import { countSteps, describeCached, describeItems, describeSkip, paintOf, SIGNS } from './words.ts';

/** Columns of the longest time, so that times stand flush right. */
const TIME = 7;

/** `outputs` by step. */
export function renderPastRun(
  run: PastRun,
  record: RunRecord,
  outputs: ReadonlyMap<string, KeptValue>,
  style: Style,
): string[] {
  const took = run.durationMs === undefined ? '' : `, took ${formatDuration(run.durationMs)}`;
  const cap = record.cap > 1 ? `, at most ${record.cap} at once` : '';
  const rows = inRow(record.steps.values()).map((step) => [
    lineOf(step, run, style),
    style.dim(step.action ?? step.language ?? ''),
    step.durationMs === undefined ? '' : formatDuration(step.durationMs).padStart(TIME),
    outputs.has(step.name) ? formatSize(outputs.get(step.name)!.size) : '',
    noteOn(step),
  ]);
  return [
    `${style.bold(run.workflow)} ${style.dim(`(${run.file})`)} ${statusOf(run.status, style)}`,
    `run ${run.id}, started ${formatMoment(run.startedAt)}${took}`,
    `${countSteps(run.steps)}, ${record.mode}${cap}; hwfe ${run.version}, process ${run.pid}`,
    ...(run.tags.length === 0 ? [] : [`tags: ${run.tags.map(visible).join(', ')}`]),
    ...inputLines(record),
    ...memoryLines(record),
    '',
    ...table(rows),
    ...hint(run, record),
  ];
}

function inputLines({ inputs = {} }: RunRecord): string[] {
  const given = Object.entries(inputs).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return given.length === 0 ? [] : [`inputs: ${given.join(', ')}`];
}

/** As much of each value as a line takes. */
const VALUE = 80;

function memoryLines({ memory }: RunRecord): string[] {
  return (memory?.keys() ?? []).map((key, i) => {
    const text = Buffer.from(memory!.get(key)!).toString();
    const shown = text.length > VALUE ? `${text.slice(0, VALUE)}… (${formatSize(text.length)})` : text;
    return `${i === 0 ? 'memory: ' : '        '}${visible(key)} = ${visible(shown)}`;
  });
}

function lineOf(step: StepRecord, run: PastRun, style: Style): string {
  const isLost = run.status === 'interrupted' && (step.status === 'running' || step.status === 'retrying');
  return isLost
    ? `${style.yellow('!')} ${step.name}`
    : `${paintOf(step.status, style)(SIGNS[step.status])} ${step.name}`;
}

function noteOn(step: StepRecord): string {
  const notes = [
    step.items === undefined ? '' : describeItems(step.items),
    step.attempt > 1 ? `attempt ${step.attempt}` : '',
    step.cached === undefined ? '' : describeCached(step.cached),
    step.failure === undefined ? '' : describeFailure(step.failure).split('\n')[0]!,
    step.skipped === undefined ? '' : `skipped: ${describeSkip(step.skipped)}`,
    step.status === 'pending' && step.pending !== undefined ? waitsFor(step.pending, Date.now()) : '',
    step.answered === undefined ? '' : answeredNote(step.answered),
    ...(step.warnings ?? []),
  ];
  return notes.filter((note) => note !== '').join('; ');
}

function answeredNote({ how, by, at }: NonNullable<StepRecord['answered']>): string {
  return how === 'timed-out' ? 'nobody answered in time' : `${how} by ${by} at ${formatMoment(at)}`;
}

/** How to go on with it. */
function hint({ status, id }: PastRun, { steps }: RunRecord): string[] {
  const commands = inRow(steps.values()).flatMap(({ name, status: stepStatus, pending }) =>
    stepStatus === 'pending' && pending !== undefined ? (howToAnswer(id, name, pending) ?? []) : [],
  );
  if (status === 'parked') return ['', ...commands, `hwfe resume ${id}`];
  if (status === 'running' && commands.length > 0) return ['', ...commands];
  return status === 'interrupted'
    ? ['', `Its process ended before the run did. What finished is kept: hwfe output ${id}`]
    : [];
}
