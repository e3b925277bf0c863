/** Reports a run on a terminal: a view that redraws itself, printed lines above it, failures below. */
import type { StepFailure } from '../../runners/contract.ts';
import { describeFailure } from '../model/failure.ts';
import type { RunEvent, RunListener } from '../model/event.ts';
import { everyStep, isWithin, namedStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { LAST_LINES, renderFailure, type FailureLayout } from './failure.ts';
import { renderFrame } from './frame.ts';
import { createPrintedLog, withItem } from './printed.ts';
import { createProgress } from './progress.ts';
import { createScreen } from './screen.ts';
import { type Typing, typingRows } from './typing.ts';
import { visible, visibleLine } from './visible.ts';
import { countSteps, describeEnd, nameOf, thenBy } from './words.ts';

export interface LiveOptions extends Omit<FailureLayout, 'width' | 'file'> {
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly write: (text: string) => void;
  /** Its signals and its end are listened to while the view is open. */
  readonly process: {
    readonly pid: number;
    on(event: ProcessEvent, listener: () => void): unknown;
    off(event: ProcessEvent, listener: () => void): unknown;
    kill(pid: number, signal: 'SIGSTOP'): unknown;
  };
}

type ProcessEvent = 'SIGWINCH' | 'SIGTSTP' | 'exit';

export interface LiveReport extends RunListener {
  say(line: string): void;
  /** Shows below the view what somebody is asked and types, until there is nothing any more. */
  type(typing: Typing | undefined): void;
  /** Shows lines above the view, for good. */
  keep(lines: readonly string[]): void;
  close(): void;
}

/** About 12 frames a second. */
const FRAME_MS = 83;
/** Who waits longer for the next one takes the run for dead. */
const LONGEST_MS = 500;
/** Failures shown in full; the view has counted the others. */
const MOST_FAILURES = 5;

export function createLiveReport(plan: Plan, options: LiveOptions): LiveReport {
  const { style, size, process } = options;
  const { progress, take } = createProgress(plan);
  const screen = createScreen(options.write, () => size().columns);
  const log = createPrintedLog(LAST_LINES);
  const stepOf = new Map(everyStep(plan).map((one) => [one.step.name, one]));
  const failures: { step: string; failure: StepFailure; lines: readonly string[] }[] = [];
  const reasons = new Map<string, string>();
  let itemFailures = 0;
  let outputsFailure: string | undefined;
  let above: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let typing: Typing | undefined;

  function draw(): void {
    const { columns, rows } = size();
    const typed = typing && typingRows(typing, columns, Math.floor(rows / 2));
    const below = typed === undefined ? [] : ['', ...typed.rows];
    const frame = renderFrame(progress, {
      now: Date.now(),
      width: columns,
      height: Math.max(2, rows - below.length),
      style,
      reasonOf: (step) => reasons.get(step),
    });
    const cursor = typed && { row: frame.length + 1 + typed.row, column: typed.column };
    screen.draw(above, [...frame, ...below], cursor);
    above = [];
  }

  /** Frames of a huge run come less often, so that drawing takes no more than a tenth of the time; on a busy machine one takes long now and then. */
  function tick(): void {
    const startedAt = performance.now();
    draw();
    const pauseMs = Math.min(LONGEST_MS, (performance.now() - startedAt) * 9);
    timer = setTimeout(tick, Math.max(FRAME_MS, pauseMs));
  }

  function onEvent(event: RunEvent): void {
    take(event);
    switch (event.kind) {
      case 'run-started': {
        const cap = event.mode === 'sequential' ? '' : `, at most ${event.cap} at once`;
        above.push(
          `${style.bold(visible(event.workflow))} ${style.dim(`${countSteps(plan.steps.length)}, ${event.mode}${cap}`)}`,
        );
        timer = setTimeout(tick, FRAME_MS);
        return;
      }
      case 'run-resumed':
        above.push(
          `${style.bold(visible(event.workflow))} ${style.dim(`resuming ${event.run}, ${event.kept.filter((name) => !isWithin(name)).length} of ${countSteps(plan.steps.length)} kept`)}`,
        );
        timer = setTimeout(tick, FRAME_MS);
        return;
      case 'step-printed':
        log.add(event.step, withItem(event));
        for (const { text } of event.lines)
          above.push(
            `${style.byName(event.step, visible(nameOf(event.step, event.item)))} ${style.dim('│')} ${visibleLine(text)}`,
          );
        return;
      case 'step-warned':
        above.push(
          `${style.yellow('warning')}: ${visible(nameOf(event.step, event.item))}: ${visible(event.message)}${thenBy(event.cached)}`,
        );
        return;
      case 'step-retrying': {
        const [why = ''] = describeFailure(event.failure).split('\n');
        above.push(
          `${style.yellow('↻')} ${visible(nameOf(event.step, event.item))} ${style.dim(`attempt ${event.attempt}: ${visible(why)}`)}`,
        );
        return;
      }
      case 'step-items':
        for (const { index, failure } of event.failed ?? []) {
          if (itemFailures++ >= MOST_FAILURES) break;
          const [why = ''] = describeFailure(failure).split('\n');
          above.push(`${style.red('✗')} ${visible(nameOf(event.step, index))} ${style.dim(visible(why))}`);
        }
        return;
      case 'step-succeeded':
      case 'step-cancelled':
        log.take(event.step);
        return;
      case 'step-failed': {
        const { lines } = log.take(event.step);
        reasons.set(event.step, describeFailure(event.failure).split('\n')[0]!);
        if (failures.length < MOST_FAILURES) failures.push({ step: event.step, failure: event.failure, lines });
        return;
      }
      case 'run-parked':
        finish(event.durationMs, 'parked');
        options.write(`  ${style.dim(`once it is answered: hwfe resume ${event.run}`)}\n`);
        return;
      case 'step-answered':
        if (event.answered.how !== 'timed-out')
          above.push(
            `${style.cyan('‖')} ${visible(event.step)} ${style.dim(`${event.answered.how} by ${visible(event.answered.by)}`)}`,
          );
        return;
      case 'step-pending':
        return;
      case 'run-settled':
        if (event.failure !== undefined) outputsFailure = describeFailure(event.failure);
        finish(event.durationMs, event.status);
        return;
      case 'level-started':
      case 'step-started':
      case 'step-split':
      case 'step-skipped':
      case 'step-looping':
      case 'lock-awaited':
      case 'lock-taken':
      case 'cap-changed':
      case 'memory-changed':
      case 'run-returned':
      case 'run-stopping':
        return;
    }
  }

  function finish(durationMs: number, status: 'succeeded' | 'failed' | 'cancelled' | 'parked'): void {
    typing = undefined;
    draw();
    const width = size().columns;
    const blocks = failures.flatMap(({ step: name, failure, lines }) => {
      const { step, file } = namedStep(stepOf, name);
      return ['', ...renderFailure(step, failure, lines, { ...options, width, file })];
    });
    const more = progress.counts.failed - failures.length;
    if (more > 0)
      blocks.push('', style.red(`… ${more} more failed; without the view, as in "hwfe … | cat", all are told`));
    if (outputsFailure !== undefined) blocks.push('', `${style.red('✗')} ${visible(outputsFailure)}`);
    const timedOut = progress.stopping === 'timed-out';
    const end = describeEnd(
      visible(plan.workflow.name),
      { status, durationMs, counts: progress.counts, timedOut },
      style,
    );
    options.write([...blocks, '', end].map((line) => `${line}\n`).join(''));
    close();
  }

  /** Ctrl-Z: the shell gets its cursor back while this process sleeps. */
  function onSuspend(): void {
    screen.leave();
    process.kill(process.pid, 'SIGSTOP');
  }

  function close(): void {
    clearTimeout(timer);
    screen.leave();
    process.off('SIGWINCH', draw);
    process.off('SIGTSTP', onSuspend);
    process.off('exit', screen.leave);
  }

  process.on('SIGWINCH', draw);
  process.on('SIGTSTP', onSuspend);
  process.on('exit', screen.leave);
  return {
    onEvent,
    say: (line) => void above.push(style.dim(line)),
    type(now) {
      typing = now;
      draw();
    },
    keep: (lines) => void above.push(...lines),
    close,
  };
}
