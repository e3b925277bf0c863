/** A step that is done again until something is so. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { Happening } from '../model/event.ts';
import type { Result } from '../model/result.ts';
import type { Loop } from '../model/step.ts';
import type { AttemptEnd } from './attempts.ts';
import { nextTurn, type Pace } from './pace.ts';
import { pause } from './pause.ts';
import { NO_USAGE, type Running } from './running.ts';

export interface Turns {
  /** By which further turns start. */
  readonly paces?: readonly Pace[] | undefined;
  /** The turn that it begins with, 0 for the first, and what the one before gave. */
  readonly first: { readonly turn: number; readonly before: EncodedValue | undefined };
  /** Steps inside it that start anew in the next turn; absent where there are none. */
  readonly inside?: () => readonly string[];
  /** It is over. */
  readonly end: () => void;
  /** Starts the turn of that number, from 0, behind one that gave `before`. */
  start(turn: number, before: EncodedValue | undefined): Result<Running, StepFailure>;
  isDone(turn: number, output: EncodedValue): Result<boolean, StepFailure>;
}

export class LoopRun implements Running {
  readonly finished: Promise<AttemptEnd>;
  readonly #step: string;
  readonly #loop: Loop;
  readonly #turns: Turns;
  readonly #tell: (happening: Happening) => void;
  #current: Running | undefined;
  #isStopped = false;
  #wake: (() => void) | undefined;

  constructor(step: string, loop: Loop, turns: Turns, tell: (happening: Happening) => void) {
    this.#step = step;
    this.#loop = loop;
    this.#turns = turns;
    this.#tell = tell;
    this.finished = this.#go().finally(turns.end);
  }

  stop(): void {
    this.#isStopped = true;
    this.#current?.stop();
    this.#wake?.();
  }

  isPending(): boolean {
    return this.#current?.isPending?.() === true;
  }

  kill(): void {
    this.stop();
    this.#current?.kill();
  }

  async #go(): Promise<AttemptEnd> {
    const startedAt = performance.now();
    const took = (): number => performance.now() - startedAt;
    const { max, delayMs, until } = this.#loop;
    const { first, inside } = this.#turns;
    let { before } = first;
    let attempt = 0;
    const failed = (failure: StepFailure): AttemptEnd => ({
      how: 'failed',
      attempt,
      durationMs: took(),
      failure,
      usage: NO_USAGE,
    });
    for (let { turn } = first; turn < max; turn++) {
      const started = this.#turns.start(turn, before);
      if (!started.ok) return failed(started.error);
      this.#current = started.value;
      const end = await started.value.finished;
      this.#current = undefined;
      ({ attempt } = end);
      if (end.how !== 'succeeded') return { ...end, durationMs: took() };
      const isDone = this.#turns.isDone(turn, end.output);
      if (!isDone.ok) return failed(isDone.error);
      if (isDone.value) return { ...end, durationMs: took() };
      if (this.#isStopped) return { how: 'cancelled', attempt, durationMs: took() };
      before = end.output;
      if (turn + 1 === max) break;
      const anew = inside?.();
      this.#tell({ kind: 'step-looping', step: this.#step, turn: turn + 1, delayMs, ...(anew && { inside: anew }) });
      await pause(delayMs, (stop) => (this.#wake = stop));
      const { paces } = this.#turns;
      if (paces !== undefined && !this.#isStopped) await nextTurn(paces, (stop) => (this.#wake = stop));
      if (this.#isStopped) return { how: 'cancelled', attempt, durationMs: took() };
    }
    const times = max === 1 ? 'once' : `${max} times`;
    const message = `The step was done ${times}, and "${until.text}" was never true`;
    return failed({ reason: 'expression', message, expression: until.text });
  }
}
