/** What an action is to the runner: its fields in, a value out, or the failure that ends it. */
import type { EncodedValue, Job, RunnerContext, StepFailure, ThreadSetup } from '../contract.ts';
import type { Fields } from './fields.ts';

export interface Tools {
  readonly job: Job;
  readonly setup: ThreadSetup;
  readonly context: RunnerContext;
  readonly warnings: string[];
}

export type Output =
  /** What `encode` takes. */
  | { readonly kind: 'value'; readonly value: unknown }
  /** Canonical text, handed on as it is. */
  | { readonly kind: 'text'; readonly text: EncodedValue };

/** Throws `ActionFailure`. */
export type Act = (fields: Fields, tools: Tools) => Promise<Output>;

export class ActionFailure extends Error {
  readonly failure: StepFailure;
  constructor(failure: StepFailure) {
    super('message' in failure ? failure.message : failure.reason);
    this.failure = failure;
  }
}

export function failed(message: string, more: { readonly status?: number } = {}): ActionFailure {
  return new ActionFailure({ reason: 'action', message, ...more });
}

export function given(value: unknown): Output {
  return { kind: 'value', value };
}
