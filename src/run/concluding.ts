/** What follows from the end of a step: what is told of it, and what the scheduler and the expressions learn. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { Happening, SkipReason } from '../model/event.ts';
import { namesInside } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { AttemptEnd } from './attempts.ts';
import { chosenBy } from './branches.ts';
import type { Facts } from './facts.ts';
import type { Scheduler } from './scheduler.ts';
import type { Skip } from './settling.ts';

export interface Concluding {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly facts: Facts | undefined;
  /** Of the steps that have one, by index; written here. */
  readonly outputs: (EncodedValue | undefined)[];
  readonly tell: (happening: Happening) => void;
  /** What an expression says may have a secret in it. */
  readonly masked: (failure: StepFailure) => StepFailure;
  /** Starts a step that runs in the place of another, and in its room. */
  readonly startInPlace: (index: number) => void;
  /** A step failed, and nothing runs in its place. */
  readonly onFailure: () => void;
}

export class Conclusions {
  readonly #of: Concluding;
  #anyFailed = false;

  constructor(of: Concluding) {
    this.#of = of;
  }

  /** A failure counts that is not ignored, and in whose place nothing runs. */
  get anyFailed(): boolean {
    return this.#anyFailed;
  }

  conclude(index: number, end: AttemptEnd): void {
    switch (end.how) {
      case 'succeeded':
        this.#succeed(index, end);
        return;
      case 'failed':
        this.#fail(index, end);
        return;
      case 'cancelled':
        this.#cancel(index, end);
        return;
    }
  }

  tellSkips(skips: readonly Skip[]): void {
    const { plan, facts, tell } = this.#of;
    for (const { index, because } of skips) {
      const { name } = plan.steps[index]!.step;
      facts?.ended(name, 'skipped', 0);
      tell({ kind: 'step-skipped', step: name, because });
      this.#tellNever(index, { kind: 'dependency', step: name });
    }
  }

  /** The steps inside it will not run either, where they have not begun. */
  #tellNever(index: number, because: SkipReason): void {
    const { plan, tell } = this.#of;
    for (const name of namesInside(plan.steps[index]!)) tell({ kind: 'step-skipped', step: name, because });
  }

  #succeed(index: number, end: AttemptEnd & { how: 'succeeded' }): void {
    const { plan, scheduler, facts, outputs, masked, tell } = this.#of;
    const { step } = plan.steps[index]!;
    const { attempt, durationMs, output, usage, cached, lastLine } = end;
    facts?.succeeded(step, output, attempt, lastLine);
    const replaced = scheduler.replacedBy(index);
    if (replaced !== undefined) {
      outputs[replaced] = output;
      facts?.replaced(plan.steps[replaced]!.step, output);
    }
    const deciding = replaced === undefined ? step : plan.steps[replaced]!.step;
    const chosen = chosenBy(deciding, output, plan, facts);
    if (!chosen.ok) {
      this.#fail(index, { how: 'failed', attempt, durationMs, failure: masked(chosen.error), usage });
      return;
    }
    outputs[index] = output;
    const told = { step: step.name, attempt, ...(cached && { cached }), output, durationMs, usage };
    tell({ kind: 'step-succeeded', ...told });
    const except = chosen.value;
    this.tellSkips(scheduler.settle(index, { how: 'succeeded', ...(except && { except }) }));
  }

  #fail(index: number, end: AttemptEnd & { how: 'failed' }): void {
    const { plan, scheduler, facts, tell, onFailure } = this.#of;
    const { step } = plan.steps[index]!;
    const { attempt, durationMs, failure, usage } = end;
    if (attempt === 0) this.#tellNever(index, { kind: 'dependency', step: step.name });
    const standIn = scheduler.standInFor(index);
    if (standIn !== undefined) {
      this.#replace(index, standIn, end);
      return;
    }
    const ignored = step.ignoreFailure === true;
    if (!ignored) this.#anyFailed = true;
    facts?.failed(step, failure, attempt);
    const marks = ignored ? { ignored: true as const } : {};
    tell({ kind: 'step-failed', step: step.name, attempt, failure, ...marks, durationMs, usage });
    this.tellSkips(scheduler.settle(index, { how: ignored ? 'ignored' : 'failed' }));
    if (!ignored) onFailure();
  }

  #replace(index: number, standIn: number, end: AttemptEnd & { how: 'failed' }): void {
    const { plan, scheduler, facts, tell, startInPlace } = this.#of;
    const { step } = plan.steps[index]!;
    const { attempt, durationMs, failure, usage } = end;
    const fallback = plan.steps[standIn]!.step.name;
    facts?.failed(step, failure, attempt, true);
    tell({ kind: 'step-failed', step: step.name, attempt, failure, fallback, durationMs, usage });
    this.tellSkips(scheduler.settle(index, { how: 'replaced' }));
    if (scheduler.isRunning(standIn)) startInPlace(standIn);
  }

  #cancel(index: number, { attempt, durationMs }: AttemptEnd & { how: 'cancelled' }): void {
    const { plan, scheduler, facts, tell } = this.#of;
    const { step } = plan.steps[index]!;
    facts?.ended(step.name, 'cancelled', attempt);
    tell({ kind: 'step-cancelled', step: step.name, attempt, durationMs });
    this.tellSkips(scheduler.settle(index, { how: 'cancelled' }));
  }
}
