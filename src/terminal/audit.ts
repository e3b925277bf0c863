/** Tells what happened in a run, event by event: when, what, to which step, and who started it. */
import type { RunEvent } from '../model/event.ts';
import { formatDuration } from '../model/duration.ts';
import type { Starter } from '../model/history.ts';
import { isWithin } from '../model/nested.ts';
import { describePending } from '../model/pending.ts';
import { formatSize } from '../model/size.ts';
import { describeFailure } from '../model/failure.ts';
import { formatMoment } from './moment.ts';
import type { Style } from './style.ts';
import { visiblePainted } from './visible.ts';
import { countSteps, describeCached, describeCap, describeLock, describeSkip, thenBy } from './words.ts';

/** An event, without a step's printed lines; `size` is of an output, `by` whoever began. */
export interface Audited {
  readonly event: RunEvent;
  readonly size?: number;
  readonly by?: Starter;
}

export function auditLine({ event, size, by }: Audited, style: Style): string {
  const step = 'step' in event ? `${style.bold(event.step)}  ` : '';
  const text = describe(event, size, by);
  return visiblePainted(`${style.dim(formatMoment(event.at))}  ${event.kind.padEnd(14)}  ${step}${text}`.trimEnd());
}

function describe(event: RunEvent, size: number | undefined, by: Starter | undefined): string {
  switch (event.kind) {
    case 'run-started': {
      const who = by === undefined ? '' : ` by ${by.user}, process ${by.pid}, hwfe ${by.version}`;
      return `${event.workflow} (${event.file})${who}`;
    }
    case 'run-resumed': {
      const who = by === undefined ? '' : ` by ${by.user}, process ${by.pid}, hwfe ${by.version}`;
      return `${countSteps(event.kept.filter((name) => !isWithin(name)).length)} kept${who}`;
    }
    case 'level-started':
      return `level ${event.level + 1}`;
    case 'step-started':
      return [
        `attempt ${event.attempt}`,
        [event.action ?? event.language, event.runtime ?? ''].join(' ').trimEnd(),
        ...(event.isolation === undefined ? [] : [`isolation ${event.isolation}`]),
        ...(event.secrets === undefined ? [] : [`secrets ${event.secrets.join(' ')}`]),
      ].join(', ');
    case 'step-warned':
      return `${event.message}${thenBy(event.cached)}`;
    case 'step-retrying':
      return `attempt ${event.attempt} failed: ${describeFailure(event.failure)}; the next ${followsIn(event.delayMs)}`;
    case 'step-succeeded':
      return [
        event.cached === undefined ? `after ${formatDuration(event.durationMs)}` : describeCached(event.cached),
        size === undefined ? '' : formatSize(size),
      ]
        .filter((part) => part !== '')
        .join(', ');
    case 'step-failed':
      return `after ${formatDuration(event.durationMs)}: ${describeFailure(event.failure)}`;
    case 'step-cancelled':
      return `after ${formatDuration(event.durationMs)}`;
    case 'step-skipped':
      return describeSkip(event.because);
    case 'run-stopping':
      return event.reason;
    case 'run-settled':
      return `${event.status} after ${formatDuration(event.durationMs)}${event.failure === undefined ? '' : `: ${describeFailure(event.failure)}`}`;
    case 'step-looping':
      return `turn ${event.turn} is done; the next ${followsIn(event.delayMs)}`;
    case 'lock-awaited':
      return `for ${describeLock(event.lock, event.holder)}`;
    case 'lock-taken':
      return `lock ${JSON.stringify(event.lock)} after ${formatDuration(event.waitedMs)}`;
    case 'cap-changed':
      return describeCap(event.cap, event.because);
    case 'step-pending':
      return `for ${describePending(event.pending)}`;
    case 'step-answered':
      return `${event.answered.how} by ${event.answered.by}${event.answered.reason === undefined ? '' : `: ${event.answered.reason}`}`;
    case 'run-parked':
      return `after ${formatDuration(event.durationMs)}, waiting for ${event.waiting.join(', ')}`;
    case 'memory-changed':
      return event.changes.map(({ act, key }) => `${act} ${key}`).join(', ');
    case 'step-split':
      return `${event.count} items${event.kept === undefined ? '' : `, ${keptIn(event.kept)} kept`}`;
    case 'step-items':
      return (['started', 'succeeded', 'failed', 'cancelled'] as const)
        .flatMap((how) => (event[how] === undefined ? [] : [`${event[how].length} ${how}`]))
        .join(', ');
    case 'run-returned':
      return formatSize(event.outputs.length);
    case 'step-printed':
      return '';
  }
}

function keptIn(ranges: readonly (readonly [number, number])[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function followsIn(delayMs: number): string {
  return delayMs > 0 ? `follows in ${formatDuration(delayMs)}` : 'follows';
}
