/** How a step has failed of which items have. */
import type { StepFailure } from '../../../runners/contract.ts';
import type { FailedItem } from '../../model/event.ts';
import { describeFailure } from '../../model/failure.ts';

/** Failures that are told whole. */
const MOST_FAILURES = 10;

/** `total` is how many items the step has. */
export function failureOf(failed: readonly FailedItem[], total: number): StepFailure {
  const first = failed.toSorted((a, b) => a.index - b.index).slice(0, MOST_FAILURES);
  const count = failed.length === 1 ? '1 item' : `${failed.length} items`;
  const told = first.slice(0, 3).map(({ index, failure }) => `item ${index} ${sentence(failure)}`);
  const more = failed.length > told.length ? [`${failed.length - told.length} more`] : [];
  return {
    reason: 'items',
    message: [`${count} of ${total} failed`, ...told, ...more].join('\n'),
    total,
    failed: failed.length,
    items: first.map(({ index, failure }) => ({ index, failure })),
  };
}

function sentence(failure: StepFailure): string {
  const [first = ''] = describeFailure(failure).split('\n');
  return failure.reason === 'exited' || failure.reason === 'killed' || failure.reason === 'timed-out'
    ? first
    : `failed: ${first}`;
}
