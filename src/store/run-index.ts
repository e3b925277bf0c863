/** Keeps the rows from which questions about one run and its steps are answered, without reading all events. */
import { isWithin } from '../model/nested.ts';
import type { RunEvent } from '../model/event.ts';
import type { StepCounts } from '../model/history.ts';
import type { Kept } from './contents.ts';
import type { RecordingStatements } from './recording-statements.ts';

export class RunIndex {
  /** Of the run's row, once it is there. */
  key = 0;
  readonly #statements: Pick<RecordingStatements, 'putStep' | 'settleRun' | 'parkRun'>;
  readonly #counts: { -readonly [K in keyof StepCounts]: number } = {
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    skipped: 0,
  };
  /** When steps that have not settled started. */
  readonly #startedAt = new Map<string, number>();
  #stopped: string | null = null;

  constructor(statements: Pick<RecordingStatements, 'putStep' | 'settleRun' | 'parkRun'>) {
    this.#statements = statements;
  }

  /** Of a run that is resumed, steps that had succeeded. */
  keep(steps: number): void {
    this.#counts.succeeded = steps;
  }

  /** Within a transaction. `cacheKey` is that of the step, where it is to be cached. Gives the step that has settled by it. */
  take(event: RunEvent, kept: Kept | undefined, cacheKey: Uint8Array | undefined): string | undefined {
    switch (event.kind) {
      case 'step-started':
        if (!this.#startedAt.has(event.step)) this.#startedAt.set(event.step, event.at);
        this.#put(event.step, { status: 'running', cacheKey });
        return undefined;
      case 'step-retrying':
        this.#put(event.step, { status: 'retrying', cacheKey });
        return undefined;
      case 'step-succeeded': {
        const { durationMs, cached } = event;
        return this.#settle(event.step, { status: 'succeeded', durationMs, kept, cacheKey, cachedFrom: cached?.run });
      }
      case 'step-failed':
        return this.#settle(event.step, { status: 'failed', durationMs: event.durationMs, cacheKey });
      case 'step-cancelled':
        return this.#settle(event.step, { status: 'cancelled', durationMs: event.durationMs, cacheKey });
      case 'step-skipped':
        return this.#settle(event.step, { status: 'skipped', cacheKey });
      case 'run-stopping':
        this.#stopped = event.reason;
        return undefined;
      case 'step-pending':
        this.#put(event.step, { status: 'pending', cacheKey: undefined });
        return undefined;
      case 'step-answered':
        this.#put(event.step, { status: 'running', cacheKey: undefined });
        return undefined;
      case 'run-parked':
        this.#statements.parkRun.run(event.durationMs, JSON.stringify(this.#counts), this.key);
        return undefined;
      case 'run-settled': {
        const { status, durationMs } = event;
        this.#statements.settleRun.run(status, this.#stopped, durationMs, JSON.stringify(this.#counts), this.key);
        return undefined;
      }
      case 'run-started':
      case 'run-resumed':
      case 'level-started':
      case 'step-looping':
      case 'step-split':
      case 'step-items':
      case 'step-printed':
      case 'step-warned':
      case 'lock-awaited':
      case 'lock-taken':
      case 'cap-changed':
      case 'memory-changed':
      case 'run-returned':
        return undefined;
    }
  }

  #settle(step: string, row: StepRow & { readonly status: keyof StepCounts }): string {
    if (!isWithin(step)) this.#counts[row.status] += 1;
    this.#put(step, row);
    this.#startedAt.delete(step);
    return step;
  }

  #put(step: string, { status, durationMs, kept, cacheKey, cachedFrom }: StepRow): void {
    this.#statements.putStep.run(
      this.key,
      step,
      status,
      this.#startedAt.get(step) ?? null,
      durationMs ?? null,
      kept?.hash ?? null,
      kept?.size ?? null,
      cacheKey ?? null,
      cachedFrom ?? null,
    );
  }
}

interface StepRow {
  readonly status: string;
  readonly durationMs?: number;
  readonly kept?: Kept | undefined;
  readonly cacheKey: Uint8Array | undefined;
  readonly cachedFrom?: string | undefined;
}
