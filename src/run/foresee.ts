/** What a run would do, as far as that is known before it begins. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { CachedFrom, GivenInputs } from '../model/event.ts';
import { isCode } from '../model/workflow.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import type { Step } from '../model/workflow.ts';
import { chosenBy } from './branches.ts';
import { Facts, hasExpressions } from './facts.ts';
import { gather } from './inputs.ts';
import { type JobSettings, jobFor, runtimeOf } from './job.ts';
import { mayBeCached } from './recall.ts';

/** Where it is looked up what earlier runs did; nothing is changed by it. */
export interface Memory {
  /** What an earlier run gave for the same; nothing where none did. */
  look(step: Step, job: Job): Promise<{ readonly output: EncodedValue; readonly from: CachedFrom } | undefined>;
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

/** In plan order. */
export async function foresee(plan: Plan, options: ForeseeOptions): Promise<Foresight[]> {
  const walk = new Walk(plan, options);
  const found: Foresight[] = [];
  for (const planned of plan.steps) found.push({ step: planned.step.name, ...(await walk.next(planned)) });
  return found;
}

type Found = Foresight extends infer F ? (F extends Foresight ? Omit<F, 'step'> : never) : never;

class Walk {
  readonly #plan: Plan;
  readonly #options: ForeseeOptions;
  readonly #facts: Facts | undefined;
  readonly #outputs: (EncodedValue | undefined)[] = [];
  readonly #skipped = new Set<number>();

  constructor(plan: Plan, options: ForeseeOptions) {
    this.#plan = plan;
    this.#options = options;
    const { run, env, secrets, runners } = options.settings;
    const settings = { run, env, secrets, inputs: options.inputs };
    this.#facts = hasExpressions(plan)
      ? new Facts(plan, { ...settings, runtimeOf: (step) => runtimeOf(step, runners) })
      : undefined;
  }

  async next({ index, step, dependsOn }: PlannedStep): Promise<Found> {
    const { settings, cacheDefault, refresh, memory } = this.#options;
    const nameOf = (at: number): string => this.#plan.steps[at]!.step.name;
    if (this.#skipped.has(index) || (step.runIf === undefined && dependsOn.some((at) => this.#skipped.has(at)))) {
      return this.#skip(index);
    }
    const missing = dependsOn.filter((at) => this.#outputs[at] === undefined && !this.#skipped.has(at));
    const open: Found = { kind: 'open', on: missing.map(nameOf) };
    const isCached = mayBeCached(step, settings, cacheDefault);
    if (missing.length > 0) return isCached ? open : { kind: 'always' };
    const given = dependsOn.filter((at) => this.#outputs[at] !== undefined);
    const inputs = gather(
      given.map(nameOf),
      given.map((at) => this.#outputs[at]!),
    );
    const condition = step.condition && this.#facts?.isTrue(step.condition, step);
    if (condition?.ok === true && !condition.value) return this.#skip(index);
    if (!isCached || !isCode(step)) return { kind: 'always' };
    const ready = this.#facts?.prepare(step, inputs);
    // What fails will fail in the run as well, and be told there.
    if (ready?.ok === false || condition?.ok === false) return { kind: 'runs', isTold: false };
    const { step: computed, inputs: all } = ready?.value ?? { step, inputs };
    const recalled = await memory.look(computed, jobFor(computed, 1, all, settings));
    const isTold = refresh.includes(step.name);
    if (recalled === undefined || isTold) return { kind: 'runs', isTold };
    this.#outputs[index] = recalled.output;
    this.#facts?.succeeded(step, recalled.output, 0);
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
