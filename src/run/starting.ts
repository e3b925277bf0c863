/** Starts a step within all that its fields put around it: a condition, a deadline, locks, items, turns. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { celValue } from '../expressions/values.ts';
import { waitsInItems } from '../model/host-work.ts';
import { locksOf } from '../model/locks.ts';
import { ok, type Result } from '../model/result.ts';
import { nameWithin, nestedWork } from '../model/nested.ts';
import type { Step } from '../model/step.ts';
import type { Foreach } from '../model/foreach.ts';
import type { JobSettings } from './job.ts';
import { startItems } from './items/start.ts';
import type { ItemView } from './items/view.ts';
import { LockedRun } from './locked.ts';
import { LoopRun } from './loop.ts';
import { maskedFailure } from './masking.ts';
import { OnceStarter } from './once.ts';
import { Pace } from './pace.ts';
import { NOTHING_HELD } from './room.ts';
import { type Running, withDeadline } from './running.ts';
import { type Local, withOwn } from './scope.ts';
import { type Entered, namedIn, type Start, type Starter } from './start.ts';
import { ToldInside } from './within.ts';

export class StepStarter implements Starter {
  readonly #start: Start;
  readonly #once: OnceStarter;
  /** By which steps begin again, by name; only of those that have any. */
  readonly #paces = new Map<string, readonly Pace[]>();

  constructor(start: Start) {
    this.#start = start;
    this.#once = new OnceStarter(start, (inner) => new StepStarter(inner));
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
    if (!started.ok) return maskedFailure(started, settings.secrets.masking);
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
            maskedFailure(then(), settings.secrets.masking),
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
    return startItems(namedIn(this.#start, step) as Step & { readonly foreach: Foreach }, {
      facts,
      settings,
      items,
      inputs,
      pool,
      bounds: { held: entered?.held() ?? NOTHING_HELD, paces, cost },
      tell,
      retryRule: (local) => this.#once.retryRule(step, settings, local),
      start: (view) => maskedFailure(this.#turns(step, inputs, settings, entered, view), settings.secrets.masking),
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
    const paces = this.#paces.get(step.name);
    if (loop === undefined || facts === undefined)
      return this.#once.start(step, inputs, settings, { entered, local: item?.local, item, paces });
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
      paces,
      first: { turn: kept?.turn ?? 0, before: kept?.before === undefined ? undefined : Buffer.from(kept.before) },
      ...(inside && { inside: () => inside.take() }),
      start: (turn: number, before: EncodedValue | undefined) => {
        if (isOpen) begun.begin(name, turn, before);
        const once = {
          entered,
          local: localOf(turn, before),
          item,
          paces,
          isTurn: turn !== kept?.turn,
          ...(inside && { tell: inside.hearing(tell) }),
        };
        return maskedFailure(this.#once.start(step, inputs, settings, once), settings.secrets.masking);
      },
      end: () => begun.end(name),
      isDone: (turn: number, output: EncodedValue) =>
        maskedFailure(facts.isTrue(loop.until, step, localOf(turn, output)), settings.secrets.masking),
    };
    return ok(new LoopRun(name, loop, turns, tell));
  }

  #nameOf({ name }: Step): string {
    const { within } = this.#start;
    return within === undefined ? name : nameWithin(within, name);
  }
}
