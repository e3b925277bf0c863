/** Says how a run ended, as an exit status and in words. */
import type { RunRecord } from '../model/record.ts';
import { STATUS } from './status.ts';

export function statusOf(record: RunRecord): number {
  if (record.status === 'succeeded') return STATUS.succeeded;
  if (record.status === 'parked') return STATUS.parked;
  if (record.status === 'cancelled' && record.stopped === 'cancelled') return STATUS.cancelled;
  const failures = [...record.steps.values()].flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  const lacks = failures.length > 0 && failures.every(({ reason }) => reason === 'runtime-missing');
  return lacks ? STATUS.machineLacks : STATUS.stepFailed;
}

/** Why it did not succeed, for a summary; empty if it did. */
export function remarkOn(record: RunRecord): string {
  if (record.status === 'succeeded') return '';
  if (record.status === 'parked') return 'is parked';
  if (record.stopped !== undefined) return record.stopped === 'timed-out' ? 'ran out of time' : 'cancelled';
  const failed = [...record.steps.values()].filter(({ status }) => status === 'failed').map(({ name }) => `"${name}"`);
  return `${failed.slice(0, 3).join(', ')}${failed.length > 3 ? ` and ${failed.length - 3} more` : ''} failed`;
}
