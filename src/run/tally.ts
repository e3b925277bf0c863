/** How the dependencies of one step stand whose `run_if` is not the usual one, and what follows for it. */
import type { RunIf } from '../model/step.ts';

/** How a step settled, as those see it that wait for it. */
export type Settled = 'succeeded' | 'failed' | 'ignored' | 'skipped';

export class Tally {
  readonly #runIf: RunIf;
  #unsettled: number;
  #succeeded = 0;
  #failed = 0;
  #ignored = 0;

  constructor(runIf: RunIf, dependencies: number) {
    this.#runIf = runIf;
    this.#unsettled = dependencies;
  }

  note(how: Settled): void {
    this.#unsettled -= 1;
    if (how === 'succeeded') this.#succeeded += 1;
    if (how === 'failed') this.#failed += 1;
    if (how === 'ignored') this.#ignored += 1;
  }

  /** `wait` is the answer as long as both others are possible. */
  get verdict(): 'start' | 'skip' | 'wait' {
    const isOver = this.#unsettled === 0;
    const unless = (isMet: boolean, isPossible: boolean): 'start' | 'skip' | 'wait' =>
      isMet ? 'start' : isPossible ? 'wait' : 'skip';
    switch (this.#runIf.rule) {
      case 'all_done':
      case 'always':
        return isOver ? 'start' : 'wait';
      case 'one_success':
        return unless(this.#succeeded >= 1, !isOver);
      case 'at_least':
        return unless(this.#succeeded >= this.#runIf.count, this.#succeeded + this.#unsettled >= this.#runIf.count);
      case 'one_failed':
        return unless(this.#failed + this.#ignored >= 1, !isOver);
      case 'none_failed':
        return unless(isOver && this.#failed === 0, this.#failed === 0);
    }
  }
}

/** Whether the step was written for the case that others fail: it may start though nothing new is to. */
export function outlivesFailure(runIf: RunIf | undefined): boolean {
  return runIf !== undefined && runIf.rule !== 'none_failed';
}

/** Whether it starts also in a run that was stopped. */
export function outlivesStop(runIf: RunIf | undefined): boolean {
  return runIf?.rule === 'always';
}
