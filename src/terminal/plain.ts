/** Reports a run as plain lines, for pipes, logs and terminals that cannot redraw. */
import { formatDuration } from '../model/duration.ts';
import { describeFailure } from '../model/failure.ts';
import type { RunEvent, RunListener } from '../model/event.ts';
import { everyStep, isWithin, namedStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { createPrintedLog, type Printed, withItem } from './printed.ts';
import { createProgress, settledOf } from './progress.ts';
import { LAST_LINES, renderFailure, type FailureLayout } from './failure.ts';
import { howToAnswer, waitsFor } from './pending.ts';
import { visible, visibleLine } from './visible.ts';
import {
  countLevels,
  countSteps,
  describeCached,
  describeEnd,
  describeItems,
  describeLock,
  describeSkip,
  nameOf,
  paintOf,
  SIGNS,
  thenBy,
} from './words.ts';
import type { StepStatus } from '../model/record.ts';

export interface PlainOptions extends Omit<FailureLayout, 'file'> {
  /** Takes whole lines, each without its end. */
  readonly write: (lines: readonly string[]) => void;
  /** Whether each step's printed lines are shown, as one block when it settles. */
  readonly printOutput: boolean;
  /** Whether only failures are reported. */
  readonly quiet: boolean;
}

/** Failed items that are told one by one; their steps count the others. */
const MOST_FAILED_ITEMS = 20;
/** So often it is told how far a step with many items is. */
const ITEMS_MS = 10_000;

export function createPlainReport(plan: Plan, options: PlainOptions): RunListener {
  const { style, write, quiet } = options;
  const { progress, take, step: progressOf } = createProgress(plan);
  const log = createPrintedLog(options.printOutput ? undefined : LAST_LINES);
  const stepOf = new Map(everyStep(plan).map((one) => [one.step.name, one]));
  const total = String(plan.steps.length);
  let failedItems = 0;
  /** When it was told last how far a step with many items is. */
  let saidAt = 0;

  function headOf(name: string, status: StepStatus, item?: number): string {
    const count = `[${String(settledOf(progress.counts)).padStart(total.length)}/${total}]`;
    const { language } = progressOf(name);
    return `${style.dim(count)} ${paintOf(status, style)(SIGNS[status])} ${visible(nameOf(name, item))} ${style.dim(`(${language})`)}`;
  }

  function block({ lines, lost }: Printed): string[] {
    if (!options.printOutput || quiet) return [];
    const note = lost > 0 ? [`  ${style.dim(`│ … ${lost} earlier lines are left out`)}`] : [];
    return [...note, ...lines.map((line) => `  ${style.dim('│')} ${visibleLine(line)}`)];
  }

  function say(lines: readonly string[]): void {
    if (!quiet && lines.length > 0) write(lines);
  }

  function onEvent(event: RunEvent): void {
    take(event);
    switch (event.kind) {
      case 'run-started': {
        const cap = event.mode === 'sequential' ? '' : `, at most ${event.cap} at once`;
        const size = `${countSteps(plan.steps.length)} in ${countLevels(plan.levels.length)}`;
        say([
          `${style.bold(visible(event.workflow))} ${style.dim(`(${visible(event.file)})`)}: ${size}, ${event.mode}${cap}`,
        ]);
        return;
      }
      case 'run-resumed':
        say([
          `${style.bold(visible(event.workflow))} ${style.dim(`(${visible(event.file)})`)}: resuming ${event.run}, ${event.kept.filter((name) => !isWithin(name)).length} of ${countSteps(plan.steps.length)} kept`,
        ]);
        return;
      case 'step-printed':
        log.add(event.step, withItem(event));
        return;
      case 'step-warned':
        say([
          `${style.yellow('warning')}: ${visible(nameOf(event.step, event.item))}: ${visible(event.message)}${thenBy(event.cached)}`,
        ]);
        return;
      case 'step-retrying': {
        const left = `attempt ${event.attempt} of ${progressOf(event.step).attempts} failed`;
        const wait = event.delayMs > 0 ? `; the next starts in ${formatDuration(event.delayMs)}` : '';
        const [why = ''] = describeFailure(event.failure).split('\n');
        say([`${headOf(event.step, 'retrying', event.item)} ${left} (${visible(why)})${wait}`]);
        return;
      }
      case 'step-looping': {
        const wait = event.delayMs > 0 ? `starts in ${formatDuration(event.delayMs)}` : 'follows';
        const turn = `turn ${event.turn} of ${progressOf(event.step).mostTurns} is done`;
        say([`${headOf(event.step, 'retrying', event.item)} ${turn}; the next ${wait}`]);
        return;
      }
      case 'step-items': {
        const failures = (event.failed ?? []).slice(0, Math.max(0, MOST_FAILED_ITEMS - failedItems));
        failedItems += failures.length;
        say(
          failures.map(({ index, failure }) => {
            const [why = ''] = describeFailure(failure).split('\n');
            return `${headOf(event.step, 'failed', index)} ${visible(why)}`;
          }),
        );
        const { items, startedAt = event.at } = progressOf(event.step);
        if (items === undefined || event.at - Math.max(saidAt, startedAt) < ITEMS_MS) return;
        saidAt = event.at;
        say([`${headOf(event.step, 'running')} ${describeItems(items)} so far`]);
        return;
      }
      case 'step-pending': {
        const how = howToAnswer(event.run, event.step, event.pending);
        say([
          `${headOf(event.step, 'pending')} ${visible(waitsFor(event.pending, event.at))}`,
          ...(how === undefined ? [] : [`  ${style.dim(how)}`]),
        ]);
        return;
      }
      case 'step-answered':
        if (event.answered.how !== 'timed-out')
          say([`${headOf(event.step, 'pending')} ${event.answered.how} by ${visible(event.answered.by)}`]);
        return;
      case 'run-parked': {
        const end = {
          status: 'parked' as const,
          durationMs: event.durationMs,
          counts: progress.counts,
          timedOut: false,
        };
        say([
          describeEnd(visible(plan.workflow.name), end, style),
          `  ${style.dim(`once it is answered: hwfe resume ${event.run}`)}`,
        ]);
        return;
      }
      case 'step-succeeded': {
        const { items } = progressOf(event.step);
        const many = items === undefined ? '' : `, ${describeItems(items)}`;
        const tries =
          event.attempt > 1
            ? `, attempt ${event.attempt}`
            : event.cached === undefined
              ? ''
              : `, ${describeCached(event.cached)}`;
        say([
          `${headOf(event.step, 'succeeded')} ${formatDuration(event.durationMs)}${many}${tries}`,
          ...block(log.take(event.step)),
        ]);
        return;
      }
      case 'step-failed': {
        const printed = log.take(event.step);
        const ignored =
          event.ignored === true
            ? ', which is ignored'
            : event.fallback === undefined
              ? ''
              : `; "${visible(event.fallback)}" runs in its place`;
        say([`${headOf(event.step, 'failed')} ${formatDuration(event.durationMs)}${ignored}`, ...block(printed)]);
        const lastLines = options.printOutput && !quiet ? undefined : printed.lines;
        const { step, file } = namedStep(stepOf, event.step);
        write(['', ...renderFailure(step, event.failure, lastLines, { ...options, file }), '']);
        return;
      }
      case 'step-cancelled': {
        const printed = log.take(event.step);
        say([
          `${headOf(event.step, 'cancelled')} cancelled after ${formatDuration(event.durationMs)}`,
          ...block(printed),
        ]);
        return;
      }
      case 'step-skipped':
        say([`${headOf(event.step, 'skipped')} skipped: ${visible(describeSkip(event.because))}`]);
        return;
      case 'run-settled': {
        const timedOut = progress.stopping === 'timed-out';
        const end = { status: event.status, durationMs: event.durationMs, counts: progress.counts, timedOut };
        if (event.failure !== undefined)
          write(['', `${style.red('✗')} ${visible(describeFailure(event.failure))}`, '']);
        if (event.status !== 'succeeded') write([describeEnd(visible(plan.workflow.name), end, style)]);
        else say([describeEnd(visible(plan.workflow.name), end, style)]);
        return;
      }
      case 'lock-awaited': {
        const what = visible(describeLock(event.lock, event.holder));
        say([
          event.step === undefined
            ? `${style.dim(SIGNS.waiting)} the run waits for ${what}`
            : `${headOf(event.step, 'waiting')} waits for ${what}`,
        ]);
        return;
      }
      case 'level-started':
      case 'step-started':
      case 'lock-taken':
      case 'cap-changed':
      case 'memory-changed':
      case 'step-split':
      case 'run-returned':
      case 'run-stopping':
        return;
    }
  }

  return { onEvent };
}
