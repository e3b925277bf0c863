/** Starts one step: computes what its file left open, and makes of it what its fields ask for. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { celValue } from '../expressions/values.ts';
import { waitsInItems } from '../model/host-work.ts';
import { locksOf } from '../model/locks.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Template } from '../model/template.ts';
import type { Happening } from '../model/event.ts';
import { named, nameWithin, nestedWork } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { isCode, type Step } from '../model/step.ts';
import type { Foreach } from '../model/foreach.ts';
import { StepRun } from './attempts.ts';
import { type Local, withOwn } from './facts.ts';
import { startHostWork } from './host-work.ts';
import type { JobSettings } from './job.ts';
import { type ItemView, startItems } from './items/start.ts';
import { LockedRun } from './locked.ts';
import { LoopRun } from './loop.ts';
import { Pace } from './pace.ts';
import { mayBeCached, type Recall } from './recall.ts';
import type { RetryRule } from './retry.ts';
import type { Held } from './room.ts';
import { type Running, withDeadline } from './running.ts';
import { anew, type Entered, type Start, type Starter } from './start.ts';
import { ToldInside } from './within.ts';

const NOTHING_HELD: Held = new Map();

interface Once {
  readonly entered: Entered | undefined;
  readonly local: Local | undefined;
  readonly item: ItemView | undefined;
  /** Of a loop, but for the one that goes on behind parking. */
  readonly isTurn?: boolean;
  /** Where what happens is not told as usual. */
  readonly tell?: (happening: Happening) => void;
}

export class StepStarter implements Starter {
  readonly #start: Start;
  /** By which steps begin again, by name; only of those that have any. */
  readonly #paces = new Map<string, readonly Pace[]>();

  /** Plans of the steps inside steps, once one is asked for. */
  #inside: ReadonlyMap<string, Plan> | undefined;

  constructor(start: Start) {
    this.#start = start;
  }

  /** `skipped` where its condition is false. */
  start(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    entered?: Entered,
  ): Result<Running | 'skipped', StepFailure> {
    this.#keepPaces(step, entered?.pace);
    const isWanted = this.#isWanted(step);
    const started = isWanted.ok && isWanted.value ? this.#locked(step, inputs, settings, entered) : isWanted;
    if (!started.ok) return this.#masking(started, settings);
    if (typeof started.value === 'boolean') return ok('skipped');
    const { deadlineMs } = step;
    return ok(deadlineMs === undefined ? started.value : this.#withDeadline(started.value, step, deadlineMs));
  }

  #withDeadline(running: Running, step: Step, ms: number): Running {
    const { deadlines, kept, lobby } = this.#start;
    const name = this.#nameOf(step);
    return withDeadline(running, {
      ms,
      until: deadlines.begin(name, ms, kept !== undefined),
      // What would go on inside it after an answer is late in any case.
      isSettled: () => (waitsInItems(step) ? lobby.read() : Promise.resolve()),
      end: () => deadlines.end(name),
    });
  }

  #keepPaces({ name, rate }: Step, pace: Pace | undefined): void {
    if (rate === undefined && pace === undefined) return;
    const own = rate && new Pace(rate);
    own?.started();
    this.#paces.set(name, [...(pace ? [pace] : []), ...(own ? [own] : [])]);
  }

  #isWanted(step: Step): Result<boolean, StepFailure> {
    const { facts } = this.#start;
    if (facts === undefined) return ok(true);
    const isTrue = step.condition === undefined ? ok(true) : facts.isTrue(step.condition, step);
    if (isTrue.ok && isTrue.value) facts.started(step.name);
    return isTrue;
  }

  #locked(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    entered: Entered | undefined,
  ): Result<Running, StepFailure> {
    const { tell, locks } = this.#start;
    let begin = (): Result<Running, StepFailure> => this.#begin(step, inputs, settings, entered);
    for (const lock of locksOf(step)) {
      if (locks.has(lock.name)) continue;
      const then = begin;
      begin = () =>
        ok(
          new LockedRun({ lock, run: settings.run, step: this.#nameOf(step), tell }, () =>
            this.#masking(then(), settings),
          ),
        );
    }
    return begin();
  }

  #begin(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    entered: Entered | undefined,
  ): Result<Running, StepFailure> {
    const { facts, tell, items, pool } = this.#start;
    if (step.foreach === undefined || facts === undefined) return this.#turns(step, inputs, settings, entered);
    const { cost = 1 } = step;
    const paces = this.#paces.get(step.name) ?? [];
    return startItems(this.#named(step) as Step & { readonly foreach: Foreach }, {
      facts,
      settings,
      items,
      inputs,
      pool,
      bounds: { held: entered?.held() ?? NOTHING_HELD, paces, cost },
      tell,
      masked: (result) => this.#masking(result, settings),
      retryRule: (local) => this.#retryRule(step, settings, local),
      start: (view) => this.#masking(this.#turns(step, inputs, settings, entered, view), settings),
    });
  }

  #turns(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    entered: Entered | undefined,
    item?: ItemView,
  ): Result<Running, StepFailure> {
    const { facts } = this.#start;
    const { loop } = step;
    if (loop === undefined || facts === undefined)
      return this.#once(step, inputs, settings, { entered, local: item?.local, item });
    const localOf = (turn: number, output: EncodedValue | undefined): Local => {
      const given = output === undefined ? null : celValue(output);
      return withOwn(item?.local ?? {}, { index: BigInt(turn), output: given });
    };
    const name = item?.name ?? this.#nameOf(step);
    const tell = item?.tell ?? this.#start.tell;
    const { turns: begun } = this.#start;
    const inside = nestedWork(step) && new ToldInside(name);
    // In what only code does, no run parks.
    const isOpen = step.work !== undefined;
    const kept = isOpen && this.#start.kept !== undefined && item?.isSame !== false ? begun.kept(name) : undefined;
    const turns = {
      paces: this.#paces.get(step.name),
      first: { turn: kept?.turn ?? 0, before: kept?.before === undefined ? undefined : Buffer.from(kept.before) },
      ...(inside && { inside: () => inside.take() }),
      start: (turn: number, before: EncodedValue | undefined) => {
        if (isOpen) begun.begin(name, turn, before);
        const once = {
          entered,
          local: localOf(turn, before),
          item,
          isTurn: turn !== kept?.turn,
          ...(inside && { tell: inside.hearing(tell) }),
        };
        return this.#masking(this.#once(step, inputs, settings, once), settings);
      },
      end: () => begun.end(name),
      isDone: (turn: number, output: EncodedValue) =>
        this.#masking(facts.isTrue(loop.until, step, localOf(turn, output)), settings),
    };
    return ok(new LoopRun(name, loop, turns, tell));
  }

  #once(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    { entered, local, item, isTurn, tell = item?.tell ?? this.#start.tell }: Once,
  ): Result<Running, StepFailure> {
    const { facts, pool, keys } = this.#start;
    const ready =
      facts === undefined
        ? ok({ step, inputs })
        : facts.prepare(step, inputs, local, settings.secrets.values, item?.raw);
    if (!ready.ok) return ready;
    const { step: computed, inputs: all } = ready.value;
    const named = item === undefined ? this.#named(computed) : { ...computed, name: item.name };
    if (!isCode(named)) {
      const textOf = (template: Template): Result<string, StepFailure> =>
        this.#unveiled(
          facts === undefined ? ok(constantText(template)) : facts.filled(template, step, local),
          settings,
        );
      // What was inside an item that is another now, or in some turn of a loop, has nothing to do with it.
      const start = item?.isSame === false || isTurn === true ? anew(this.#start) : this.#start;
      return startHostWork(named, {
        inputs: all,
        settings,
        start: { ...start, tell, places: item?.places ?? start.places },
        own: step.name,
        inside: this.#insideOf(step.name),
        held: entered?.held() ?? NOTHING_HELD,
        starterFor: (start) => new StepStarter(start),
        textOf,
        valueOf: (template) =>
          facts === undefined
            ? ok(constantValue(template))
            : this.#unveiledValue(facts.value(template, step, local), settings),
        retryRule: this.#retryRule(step, settings, item?.local),
        paces: this.#paces.get(step.name),
        item: item?.local,
      });
    }
    const retryRule = this.#retryRule(step, settings, item?.local);
    return ok(
      new StepRun(named, all, settings, pool, tell, {
        recall: this.#recallFor(step, settings),
        key: keys?.get(named.name),
        paces: this.#paces.get(step.name),
        ...(retryRule && { retryRule }),
        ...(item && { firstAttempt: item.attempt }),
      }),
    );
  }

  /** It is shown and kept. */
  #unveiled(text: Result<string, StepFailure>, { secrets: { masking } }: JobSettings): Result<string, StepFailure> {
    return text.ok && masking !== undefined ? ok(masking.text(text.value)) : text;
  }

  #unveiledValue(
    value: Result<EncodedValue, StepFailure>,
    { secrets: { masking } }: JobSettings,
  ): Result<EncodedValue, StepFailure> {
    return value.ok && masking !== undefined ? ok(masking.value(value.value)) : value;
  }

  #insideOf(name: string): Plan | undefined {
    this.#inside ??= new Map(
      this.#start.plan.steps.flatMap(({ step, inside }) =>
        inside === undefined ? [] : [[step.name, inside] as const],
      ),
    );
    return this.#inside.get(name);
  }

  /** As it is called in the whole run. */
  #named(step: Step): Step {
    const { within } = this.#start;
    return within === undefined ? step : named(step, within);
  }

  #nameOf({ name }: Step): string {
    const { within } = this.#start;
    return within === undefined ? name : nameWithin(within, name);
  }

  #retryRule(step: Step, settings: JobSettings, local: Local = {}): RetryRule | undefined {
    const { facts } = this.#start;
    const { retryIf } = step;
    if (retryIf === undefined || facts === undefined) return undefined;
    return (failure, attempt) =>
      this.#masking(
        facts.isTrue(
          retryIf,
          step,
          withOwn(local, { error: facts.errorOf(step, failure, attempt), attempt: BigInt(attempt) }),
        ),
        settings,
      );
  }

  /** What an expression says may have a secret in it. */
  #masking<T>(result: Result<T, StepFailure>, { secrets: { masking } }: JobSettings): Result<T, StepFailure> {
    return result.ok || masking === undefined ? result : fail(masking.failure(result.error));
  }

  #recallFor(step: Step, settings: JobSettings): Recall | undefined {
    const { recall, cacheDefault } = this.#start;
    return recall !== undefined && mayBeCached(step, settings, cacheDefault) ? recall : undefined;
  }
}

/** Of a plan in which nothing is computed. */
function constantText(template: Template): string {
  return JSON.parse(constantValue(template).toString()) as string;
}

function constantValue(template: Template): Buffer {
  if (template.kind !== 'constant')
    throw new Error('Internal error: a value is to be computed, and nothing computes it');
  return Buffer.from(template.json);
}
