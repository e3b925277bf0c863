/** What a run would do, as far as that is known before it begins. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { CachedFrom, GivenInputs } from '../model/event.ts';
import { lastLineIn } from '../model/last-line.ts';
import { nameWithin } from '../model/nested.ts';
import { isCode, type Step } from '../model/step.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import { chosenBy } from './branches.ts';
import { type Facts, factsOf } from './facts.ts';
import { gather } from './inputs.ts';
import { seenInside } from './inside.ts';
import { type JobSettings, jobFor } from './job.ts';
import { mayBeCached, type Recalled } from './recall.ts';

/** Where it is looked up what earlier runs did; nothing is changed by it. */
export interface Memory {
  /** What an earlier run gave for the same; nothing where none did. */
  look(step: Step, job: Job): Promise<Recalled | undefined>;
}

export type Foresight = { readonly step: string } & (
  | { readonly kind: 'cached'; readonly from: CachedFrom }
  /** No earlier run did the same, or it is told to run. */
  | { readonly kind: 'runs'; readonly isTold: boolean }
  /** Depends on what these give, which have to run first. */
  | { readonly kind: 'open'; readonly on: readonly string[] }
  /** Its condition, or what another step chose, leaves it out. */
  | { readonly kind: 'skipped' }
  /** It may not be cached. */
  | { readonly kind: 'always' }
);

export interface ForeseeOptions {
  readonly settings: JobSettings;
  /** Of all that have a value. */
  readonly inputs: GivenInputs;
  readonly cacheDefault: boolean;
  /** Steps that run though their outputs are cached. */
  readonly refresh: readonly string[];
  readonly memory: Memory;
}

/** In plan order, the steps inside a step behind it. */
export async function foresee(plan: Plan, options: ForeseeOptions): Promise<Foresight[]> {
  const { settings, inputs } = options;
  const facts = factsOf(plan, { ...settings, inputs, hidden: settings.secrets.hidden });
  return new Walk(plan, { ...options, facts, given: NOTHING, within: undefined }).all();
}

const NOTHING: ReadonlyMap<string, EncodedValue> = new Map();

interface WalkOptions extends Omit<ForeseeOptions, 'inputs'> {
  readonly facts: Facts | undefined;
  /** What every step gets besides. */
  readonly given: ReadonlyMap<string, EncodedValue>;
  /** The name of the step that they are inside of. */
  readonly within: string | undefined;
}

type Found = Foresight extends infer F ? (F extends Foresight ? Omit<F, 'step'> : never) : never;

class Walk {
  readonly #plan: Plan;
  readonly #options: WalkOptions;
  readonly #facts: Facts | undefined;
  readonly #outputs: (EncodedValue | undefined)[] = [];
  readonly #skipped = new Set<number>();

  constructor(plan: Plan, options: WalkOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#facts = options.facts;
  }

  async all(): Promise<Foresight[]> {
    const found: Foresight[] = [];
    for (const planned of this.#plan.steps) {
      const next = await this.next(planned);
      found.push({ step: this.#nameOf(planned.step.name), ...next });
      if (next.kind === 'always') found.push(...(await this.#inside(planned)));
    }
    return found;
  }

  #nameOf(name: string): string {
    return this.#options.within === undefined ? name : nameWithin(this.#options.within, name);
  }

  /** Nothing of steps whose items are not known, nor where what it gets has to be made first. */
  async #inside({ step, dependsOn, inside }: PlannedStep): Promise<Foresight[]> {
    const isKnown = dependsOn.every((at) => this.#outputs[at] !== undefined || this.#skipped.has(at));
    if (inside === undefined || isCode(step) || step.foreach !== undefined || !isKnown) return [];
    const { settings } = this.#options;
    const ready = this.#facts?.prepare(step, this.#inputsOf(dependsOn));
    if (ready?.ok === false) return [];
    const inputs = ready?.value.inputs ?? this.#inputsOf(dependsOn);
    const seen = seenInside(step, inside, { inputs, settings, own: step.name, item: undefined, facts: this.#facts });
    if (!seen.ok) return [];
    const { facts, settings: held, inputs: given } = seen.value;
    return new Walk(inside, { ...this.#options, facts, settings: held, given, within: this.#nameOf(step.name) }).all();
  }

  #inputsOf(dependsOn: readonly number[]): ReadonlyMap<string, EncodedValue> {
    const given = dependsOn.filter((at) => this.#outputs[at] !== undefined);
    const own = gather(
      given.map((at) => this.#plan.steps[at]!.step.name),
      given.map((at) => this.#outputs[at]!),
    );
    return new Map([...this.#options.given, ...own]);
  }

  async next({ index, step, dependsOn }: PlannedStep): Promise<Found> {
    const { settings, cacheDefault, refresh, memory } = this.#options;
    const nameOf = (at: number): string => this.#nameOf(this.#plan.steps[at]!.step.name);
    if (this.#skipped.has(index) || (step.runIf === undefined && dependsOn.some((at) => this.#skipped.has(at)))) {
      return this.#skip(index);
    }
    const missing = dependsOn.filter((at) => this.#outputs[at] === undefined && !this.#skipped.has(at));
    const open: Found = { kind: 'open', on: missing.map(nameOf) };
    const isCached = mayBeCached(step, settings, cacheDefault);
    if (missing.length > 0) return isCached ? open : { kind: 'always' };
    const inputs = this.#inputsOf(dependsOn);
    const condition = step.condition && this.#facts?.isTrue(step.condition, step);
    if (condition?.ok === true && !condition.value) return this.#skip(index);
    if (!isCached || !isCode(step)) return { kind: 'always' };
    const ready = this.#facts?.prepare(step, inputs);
    // What fails will fail in the run as well, and be told there.
    if (ready?.ok === false || condition?.ok === false) return { kind: 'runs', isTold: false };
    const { step: computed, inputs: all } = ready?.value ?? { step, inputs };
    const name = this.#nameOf(step.name);
    const whole = { ...computed, name };
    const recalled = await memory.look(whole, jobFor(whole, 1, all, settings));
    const isTold = refresh.includes(name);
    if (recalled === undefined || isTold) return { kind: 'runs', isTold };
    this.#outputs[index] = recalled.output;
    this.#facts?.succeeded(step, recalled.output, 0, lastLineIn(recalled.said?.lines ?? [], step));
    const chosen = chosenBy(step, recalled.output, this.#plan, this.#facts);
    if (chosen.ok) for (const other of chosen.value?.steps ?? []) this.#skipped.add(other);
    return { kind: 'cached', from: recalled.from };
  }

  #skip(index: number): Found {
    this.#skipped.add(index);
    this.#facts?.ended(this.#plan.steps[index]!.step.name, 'skipped', 0);
    return { kind: 'skipped' };
  }
}
