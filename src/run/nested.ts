/** A step with steps inside it: a course of its own, whose end is the end of the step. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { Happening } from '../model/event.ts';
import { nameWithin } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { unreachable } from '../model/unreachable.ts';
import type { NestedWork } from '../model/host-work.ts';
import type { AttemptEnd } from './attempts.ts';
import { Course, type CourseOptions } from './course.ts';
import type { JobSettings } from './job.ts';
import { Members, objectOf } from './members.ts';
import type { Kept } from './resuming.ts';
import type { Running } from './running.ts';
import { toldWithin } from './within.ts';

export interface Nesting extends Omit<CourseOptions, 'given'> {
  /** The step's name in the whole run. */
  readonly name: string;
  readonly work: NestedWork;
  readonly plan: Plan;
  readonly settings: JobSettings;
  /** What every step inside gets. */
  readonly inputs: ReadonlyMap<string, EncodedValue>;
  /** For all of it; nothing means none. */
  readonly timeoutMs: number | undefined;
  /** Of the steps inside, what an earlier part of the run gave. */
  readonly kept: Kept | undefined;
}

export class NestedRun implements Running {
  readonly finished: Promise<AttemptEnd>;
  readonly #of: Nesting;
  readonly #course: Course;
  readonly #members: Members;
  readonly #startedAt = performance.now();
  /** Of a race: the step that has decided it. */
  #decided: string | undefined;
  #isStopped = false;
  #isLate = false;

  constructor(of: Nesting) {
    this.#of = of;
    this.#members = new Members(of.plan);
    this.#course = new Course(of.plan, {
      mode: of.mode,
      failureMode: of.failureMode,
      places: of.places,
      rooms: of.rooms,
      facts: of.facts,
      starter: of.starter,
      tell: (happening) => this.#hear(happening),
      given: (step) => this.#givenTo(step),
    });
    this.finished = this.#go();
  }

  stop(): void {
    this.#isStopped = true;
    this.#course.stop({ kind: 'stopped', reason: 'cancelled' });
  }

  /** Whether what is inside only waits. */
  isPending(): boolean {
    return this.#course.isIdle;
  }

  kill(): void {
    this.#isStopped = true;
    this.#course.kill({ kind: 'stopped', reason: 'cancelled' });
  }

  async #go(): Promise<AttemptEnd> {
    const { kept, settings, timeoutMs } = this.#of;
    if (kept !== undefined) this.#takeUp(kept);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#runOut(), timeoutMs);
    this.#course.begin(settings);
    await this.#course.settled;
    this.#of.places.regain();
    clearTimeout(timer);
    const durationMs = performance.now() - this.#startedAt;
    const common = { attempt: 1, durationMs };
    if (this.#isStopped) return { how: 'cancelled', ...common };
    const usage = { wallMs: durationMs, bytesIn: 0, bytesOut: 0 };
    const output = this.#isLate ? fail(this.#lateness()) : this.#output();
    if (!output.ok) return { how: 'failed', ...common, failure: output.error, usage };
    const bytesOut = output.value.length;
    return { how: 'succeeded', ...common, output: output.value, usage: { ...usage, bytesOut } };
  }

  #takeUp(kept: Kept): void {
    const taken = this.#course.takeUp(kept);
    for (const [index, output] of taken.outputs) this.#members.kept(this.#of.plan.steps[index]!.step.name, output);
    this.#course.tellSkips(taken);
    const { work } = this.#of;
    if (work.kind === 'race' && taken.names.length > 0) this.#decide(taken.names[0]!);
  }

  #hear(happening: Happening): void {
    this.#members.hear(happening);
    const told = toldWithin(this.#of.name, happening);
    if (told !== undefined) this.#of.tell(told);
    const { work } = this.#of;
    if (work.kind !== 'race' || this.#decided !== undefined) return;
    if (happening.kind === 'step-succeeded') this.#decide(happening.step);
    if (happening.kind === 'step-failed' && work.settle === 'first_done') this.#decide(happening.step);
  }

  #decide(step: string): void {
    this.#decided = step;
    this.#course.stop({ kind: 'race', step: nameWithin(this.#of.name, step) });
  }

  #runOut(): void {
    this.#isLate = true;
    this.#course.stop({ kind: 'stopped', reason: 'timed-out' });
  }

  #lateness(): StepFailure {
    return { reason: 'timed-out', afterMs: this.#of.timeoutMs! };
  }

  #givenTo(step: string): ReadonlyMap<string, EncodedValue> {
    const { work, inputs } = this.#of;
    if (work.kind !== 'group' || step !== work.callback) return inputs;
    return new Map([...inputs, ['outcomes', this.#members.outcomes(othersOf(work))]]);
  }

  #output(): Result<EncodedValue, StepFailure> {
    const { work } = this.#of;
    switch (work.kind) {
      case 'workflow':
        return this.#course.isGood ? this.#returned() : this.#failed();
      case 'group':
        return this.#grouped(work);
      case 'race':
        return this.#won();
      default:
        return unreachable(work);
    }
  }

  #grouped(work: NestedWork & { kind: 'group' }): Result<EncodedValue, StepFailure> {
    const { callback } = work;
    if (callback !== undefined) {
      const output = this.#members.outputOf(callback);
      return output === undefined ? this.#failed() : ok(output);
    }
    if (!this.#course.isGood) return this.#failed();
    return ok(this.#objectOf(work.inside.steps.map(({ name }) => name)));
  }

  #won(): Result<EncodedValue, StepFailure> {
    const { name } = this.#of;
    const winner = this.#decided;
    const output = winner === undefined ? undefined : this.#members.outputOf(winner);
    if (winner !== undefined && output !== undefined) {
      const word = Buffer.from(JSON.stringify(winner));
      return ok(
        objectOf([
          ['winner', word],
          ['output', output],
        ]),
      );
    }
    const { failed } = this.#members;
    const first = winner === undefined ? undefined : this.#members.of(winner);
    if (first !== undefined) return fail(this.#members.failure(name, [first], 'The first step of the race failed'));
    const what = failed.length === 0 ? 'No step of the race ran' : 'All steps of the race failed';
    return fail(this.#members.failure(name, failed, what, true));
  }

  /** What the workflow's `outputs` name, else what the steps give that no other takes from. */
  #returned(): Result<EncodedValue, StepFailure> {
    const { facts, plan, settings } = this.#of;
    const outputs = facts?.outputs();
    if (outputs?.ok === false) return fail(this.#course.masked(outputs.error));
    if (outputs?.value !== undefined) {
      return ok(settings.secrets.masking?.value(outputs.value) ?? outputs.value);
    }
    const standIns = new Set(plan.steps.map(({ step }) => step.fallback));
    const last = plan.steps.filter(({ step, dependants }) => {
      const isTaken = dependants.some((dependant) => {
        const { name, takesFrom } = plan.steps[dependant]!.step;
        return takesFrom?.includes(step.name) !== false && this.#members.ran(name);
      });
      return !isTaken && !standIns.has(step.name);
    });
    return ok(this.#objectOf(last.map(({ step }) => step.name)));
  }

  #objectOf(names: readonly string[]): EncodedValue {
    return objectOf(
      names.flatMap((name) => {
        const output = this.#members.outputOf(name);
        return output === undefined ? [] : [[name, output] as const];
      }),
    );
  }

  #failed(): Result<never, StepFailure> {
    const { failed, size } = this.#members;
    const what =
      failed.length === 0
        ? 'What is inside it did not come to an end'
        : failed.length === 1
          ? 'A step inside it failed'
          : `${failed.length} of ${size} steps inside it failed`;
    return fail(this.#members.failure(this.#of.name, failed, what));
  }
}

/** In declared order. */
function othersOf({ inside, callback }: NestedWork & { kind: 'group' }): readonly string[] {
  return inside.steps.flatMap(({ name }) => (name === callback ? [] : [name]));
}
