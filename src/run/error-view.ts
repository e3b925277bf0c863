/** How a step failed, as expressions see it. */
import type { StepFailure } from '../../runners/contract.ts';
import { describeFailure } from '../model/failure.ts';
import type { Step } from '../model/step.ts';

export function errorView({ name }: Step, failure: StepFailure, attempt: number): Map<string, unknown> {
  const told = Object.entries({ ...failure, message: describeFailure(failure), step: name, attempt });
  return new Map(told.flatMap(([key, value]) => (isTold(value) ? [[key, celOf(value)]] : [])));
}

function isTold(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || Array.isArray(value);
}

function celOf(value: unknown): unknown {
  return typeof value === 'number' ? BigInt(Math.round(value)) : value;
}
