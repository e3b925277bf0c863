/** Starts a step one time: as a job for a thread, or as work of the engine's own, once what its file left open is computed. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { Happening } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { ok, type Result } from '../model/result.ts';
import { isCode, type Step } from '../model/step.ts';
import { StepRun } from './attempts.ts';
import { errorView } from './error-view.ts';
import { fillingFor } from './filling.ts';
import { startHostWork } from './host-work.ts';
import type { ItemView } from './items/view.ts';
import type { JobSettings } from './job.ts';
import { maskedFailure } from './masking.ts';
import type { Pace } from './pace.ts';
import { mayBeCached } from './recall.ts';
import type { RetryRule } from './retry.ts';
import { NOTHING_HELD } from './room.ts';
import type { Running } from './running.ts';
import { type Local, withOwn } from './scope.ts';
import { anew, type Entered, namedIn, type Start, type Starter } from './start.ts';

/** What this time has of its own. */
export interface Once {
  readonly entered: Entered | undefined;
  readonly local: Local | undefined;
  readonly item: ItemView | undefined;
  /** By which further attempts start. */
  readonly paces: readonly Pace[] | undefined;
  /** Of a loop, but for the one that goes on behind parking. */
  readonly isTurn?: boolean;
  /** Where what happens is not told as usual. */
  readonly tell?: (happening: Happening) => void;
}

export class OnceStarter {
  readonly #start: Start;
  readonly #starterFor: (start: Start) => Starter;
  /** Plans of the steps inside steps, once one is asked for. */
  #inside: ReadonlyMap<string, Plan> | undefined;

  /** `starterFor` makes who starts the steps inside a step. */
  constructor(start: Start, starterFor: (start: Start) => Starter) {
    this.#start = start;
    this.#starterFor = starterFor;
  }

  start(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    { entered, local, item, paces, isTurn, tell = item?.tell ?? this.#start.tell }: Once,
  ): Result<Running, StepFailure> {
    const { facts, pool, keys, recall, cacheDefault } = this.#start;
    const ready =
      facts === undefined
        ? ok({ step, inputs })
        : facts.prepare(step, inputs, local, settings.secrets.values, item?.raw);
    if (!ready.ok) return ready;
    const { step: computed, inputs: all } = ready.value;
    const named = item === undefined ? namedIn(this.#start, computed) : { ...computed, name: item.name };
    const retryRule = this.retryRule(step, settings, item?.local);
    if (!isCode(named)) {
      // What was inside an item that is another now, or in some turn of a loop, has nothing to do with it.
      const start = item?.isSame === false || isTurn === true ? anew(this.#start) : this.#start;
      return startHostWork(named, {
        inputs: all,
        settings,
        start: { ...start, tell, places: item?.places ?? start.places },
        own: step.name,
        inside: this.#insideOf(step.name),
        held: entered?.held() ?? NOTHING_HELD,
        starterFor: this.#starterFor,
        filling: fillingFor(step, facts, local, settings.secrets.masking),
        retryRule,
        paces,
        item: item?.local,
      });
    }
    return ok(
      new StepRun(named, all, settings, pool, tell, {
        recall: recall !== undefined && mayBeCached(step, settings, cacheDefault) ? recall : undefined,
        key: keys?.get(named.name),
        paces,
        ...(retryRule && { retryRule }),
        ...(item && { firstAttempt: item.attempt }),
      }),
    );
  }

  /** Whether the step is tried again, where it says so itself; `local` is what only this time sees. */
  retryRule(step: Step, { secrets: { masking } }: JobSettings, local: Local = {}): RetryRule | undefined {
    const { facts } = this.#start;
    const { retryIf } = step;
    if (retryIf === undefined || facts === undefined) return undefined;
    return (failure, attempt) => {
      const own = { error: errorView(step, failure, attempt), attempt: BigInt(attempt) };
      return maskedFailure(facts.isTrue(retryIf, step, withOwn(local, own)), masking);
    };
  }

  #insideOf(name: string): Plan | undefined {
    this.#inside ??= new Map(
      this.#start.plan.steps.flatMap(({ step, inside }) =>
        inside === undefined ? [] : [[step.name, inside] as const],
      ),
    );
    return this.#inside.get(name);
  }
}
