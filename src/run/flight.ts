/** A job under way in a thread, as its messages find it. */
import { EventEmitter } from 'node:events';
import type { Job } from '../../runners/contract.ts';
import type { CpuWatch } from './cpu-watch.ts';
import type { Ending } from './ending.ts';
import type { JobContext } from './pool.ts';

/** What Piscina takes for a signal. An AbortSignal is kept by weak references, which a step of 0.2 ms should not cost the collector. */
export class Abort extends EventEmitter {
  aborted = false;
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.emit('abort');
  }
}

export interface Flight {
  readonly id: number;
  readonly context: JobContext;
  readonly ending: Ending;
  readonly abort: Abort;
  readonly job: Job;
  /** When its thread began with it. */
  startedAt: number | undefined;
  cpu: CpuWatch | undefined;
  /** Starts a thread in advance of the end of this one. */
  relief: NodeJS.Timeout | undefined;
  /** Messages of lines received. */
  batches: number;
  /** Called for each message once the report is there. */
  onBatch: (() => void) | undefined;
}

/** Others may be under way in the same thread, so that it is left alone. */
export function unlessGivenUp<T>(report: Promise<T>, abort: Abort): Promise<T> {
  const givenUp = new Promise<never>((_, reject) => {
    abort.once('abort', () => reject(new DOMException('given up', 'AbortError')));
  });
  return Promise.race([report, givenUp]);
}

/** Lines and reports travel on different ports; a report may overtake lines that were printed before it. */
export function allLines(flight: Flight, expected: number): Promise<void> | undefined {
  if (flight.batches >= expected) return undefined;
  return new Promise((resolve) => {
    flight.onBatch = () => {
      if (flight.batches >= expected) resolve();
    };
  });
}

export function lossMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'The thread ended under the step.';
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'The thread ran out of memory and was ended; only this step is lost.';
  if (error.name === 'AbortError') return 'The thread could not be started.';
  return `The thread ended under the step: ${error.message}`;
}
