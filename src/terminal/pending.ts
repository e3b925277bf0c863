/** Says what a step waits for, and how it is answered. */
import { formatDuration } from '../model/duration.ts';
import { describePending, type Pending } from '../model/pending.ts';
import { formatMoment } from './moment.ts';

/** `waits for an answer of alice: Ship it?; 5m left`. */
export function waitsFor(pending: Pending, now: number): string {
  const left = pending.until === undefined ? '' : formatDuration(Math.max(0, pending.until - now));
  if (pending.for === 'time') return `waits until ${formatMoment(pending.until)}, ${left} left`;
  return `waits for ${describePending(pending)}${left === '' ? '' : `; ${left} left`}`;
}

/** The command that ends the waiting; nothing where none does. */
export function howToAnswer(run: string, step: string, pending: Pending): string | undefined {
  if (pending.for === 'person')
    return `hwfe approve ${run} ${step.includes('[') ? `'${step}'` : step}${hasFields(pending) ? ' --set NAME=VALUE' : ''}`;
  return pending.for === 'signal' ? `hwfe signal ${run} ${pending.signal}` : undefined;
}

function hasFields({ form }: Pending & { for: 'person' }): boolean {
  return typeof form === 'object' && form !== null && 'properties' in form;
}
