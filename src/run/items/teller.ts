/** Gathers what happens to items, so that 100,000 of them are told in some hundred events. */
import type { EncodedValue, StepFailure } from '../../../runners/contract.ts';
import { joined } from '../../../runners/value.ts';
import type { FailedItem, Happening } from '../../model/event.ts';

/** The least time between two events: what happens when there was none for so long is told at once. */
const PAUSE_MS = 20;
const MOST_ITEMS = 1000;
/** Of outputs. */
const MOST_BYTES = 1024 * 1024;

export class ItemTeller {
  readonly #step: string;
  readonly #tell: (happening: Happening) => void;
  #started = new Set<number>();
  #succeeded: number[] = [];
  #outputs: EncodedValue[] = [];
  #failed: FailedItem[] = [];
  #cancelled: number[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(step: string, tell: (happening: Happening) => void) {
    this.#step = step;
    this.#tell = tell;
  }

  started(index: number): void {
    this.#started.add(index);
    this.#schedule();
  }

  succeeded(index: number, output: EncodedValue): void {
    this.#started.delete(index);
    this.#succeeded.push(index);
    this.#outputs.push(output);
    this.#bytes += output.length;
    if (this.#succeeded.length >= MOST_ITEMS || this.#bytes >= MOST_BYTES) this.flush();
    else this.#schedule();
  }

  failed(index: number, attempt: number, failure: StepFailure): void {
    this.#started.delete(index);
    this.#failed.push({ index, attempt, failure });
    if (this.#failed.length >= MOST_ITEMS) this.flush();
    else this.#schedule();
  }

  cancelled(index: number): void {
    this.#started.delete(index);
    this.#cancelled.push(index);
    this.#schedule();
  }

  /** Tells what has not been told. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#toldAt = performance.now();
    const [started, succeeded, outputs, failed, cancelled] = [
      [...this.#started],
      this.#succeeded,
      this.#outputs,
      this.#failed,
      this.#cancelled,
    ];
    if (started.length + succeeded.length + failed.length + cancelled.length === 0) return;
    this.#started = new Set();
    this.#succeeded = [];
    this.#outputs = [];
    this.#failed = [];
    this.#cancelled = [];
    this.#bytes = 0;
    this.#tell({
      kind: 'step-items',
      step: this.#step,
      ...(started.length > 0 && { started }),
      ...(succeeded.length > 0 && { succeeded, outputs: joined(outputs) }),
      ...(failed.length > 0 && { failed }),
      ...(cancelled.length > 0 && { cancelled }),
    });
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, this.#toldAt + PAUSE_MS - performance.now()));
  }
}
