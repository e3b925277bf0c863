/** Waits for a lock on behalf of a step or a run, tells what it waits for, and gives up when it is time. */
import type { StepFailure } from '../../runners/contract.ts';
import type { Lock } from '../model/concurrency.ts';
import { formatDuration } from '../model/duration.ts';
import type { Happening, LockHolder } from '../model/event.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { HeldLock } from './machine-lock.ts';

export interface LockWaiting {
  readonly lock: Lock;
  readonly run: string;
  /** Absent where the whole run waits. */
  readonly step?: string;
  readonly tell: (happening: Happening) => void;
}

export class LockWait {
  /** Never rejects; nothing where it was stopped. */
  readonly held: Promise<Result<HeldLock | undefined, StepFailure>>;
  readonly #abort = new AbortController();

  constructor(waiting: LockWaiting) {
    this.held = this.#go(waiting);
  }

  stop(): void {
    this.#abort.abort();
  }

  async #go({ lock, run, step, tell }: LockWaiting): Promise<Result<HeldLock | undefined, StepFailure>> {
    const { name, timeoutMs } = lock;
    const at = step === undefined ? {} : { step };
    const startedAt = performance.now();
    let isAwaited = false;
    let isLate = false;
    let holder: LockHolder | undefined;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            isLate = true;
            this.stop();
          }, timeoutMs);
    const { takeLock } = await import('./machine-lock.ts');
    const taken = await takeLock({
      name,
      holder: { pid: process.pid, run, ...at },
      onTaken: (by) => {
        isAwaited = true;
        holder = by;
        tell({ kind: 'lock-awaited', ...at, lock: name, ...(by && { holder: by }) });
      },
      signal: this.#abort.signal,
    });
    clearTimeout(timer);
    if (!taken.ok) return fail({ reason: 'runtime-missing', message: taken.error });
    if (taken.value === undefined && isLate) {
      const by = holder === undefined ? '' : `; process ${holder.pid} has it for the run ${holder.run}`;
      const message = `waited ${formatDuration(timeoutMs!)} for the lock ${JSON.stringify(name)}${by}`;
      return fail({ reason: 'limit', limit: 'lock', message });
    }
    const waitedMs = performance.now() - startedAt;
    if (isAwaited && taken.value !== undefined) tell({ kind: 'lock-taken', ...at, lock: name, waitedMs });
    return ok(taken.value);
  }
}
