/** Looks up what a run that is to come could take from earlier ones, and why it could not. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { CachedFrom, GivenInputs, Said } from '../model/event.ts';
import type { Manifest } from '../model/history.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { type Cause, causesOf, type Side } from './causes.ts';
import { definitionOf } from './definition.ts';
import type { History } from './history.ts';
import { nearestTo, sideOf } from './why.ts';

export class Forecast {
  readonly #history: History;
  readonly #plan: Plan;
  /** But secret ones. */
  readonly #inputs: GivenInputs;
  readonly #manifests = new Map<string, Manifest>();
  readonly #jobs = new Map<string, Job>();
  readonly #outputs = new Map<string, { hash: string; read(): EncodedValue }>();

  /** `given` are values of the workflow's inputs. */
  constructor(history: History, plan: Plan, given: GivenInputs) {
    this.#history = history;
    const declared = plan.workflow.inputs ?? [];
    const usual = declared.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value] as const]));
    const secret = new Set(declared.filter((one) => one.secret).map(({ name }) => name));
    const all = Object.entries({ ...Object.fromEntries(usual), ...given });
    this.#inputs = Object.fromEntries(all.filter(([name]) => !secret.has(name)));
    this.#plan = plan;
  }

  async look(step: Step, job: Job): Promise<{ output: EncodedValue; from: CachedFrom; said?: Said } | undefined> {
    const found = await this.#history.lookUp(step, job);
    // A file that cannot be read is what the run itself will tell.
    if (found === undefined) return undefined;
    this.#manifests.set(step.name, found.manifest);
    this.#jobs.set(step.name, job);
    if (found.recalled === undefined) return undefined;
    const { output, hash, from, said } = found.recalled;
    this.#outputs.set(step.name, { hash, read: () => output });
    return { output, from, ...(said && { said }) };
  }

  /** Why a step would run that was looked up: what differs from the nearest run that did it. Nothing where none did. */
  causes(step: string): { readonly run: string; readonly causes: readonly Cause[] } | undefined {
    const manifest = this.#manifests.get(step);
    if (manifest === undefined) return undefined;
    const run = nearestTo(manifest, this.#history.keysOf(this.#plan.workflow.name, step));
    if (run === undefined) return undefined;
    const now: Side = {
      definition: definitionOf(this.#plan),
      inputs: this.#inputs,
      manifest: (name) => this.#manifests.get(name),
      input: (name, input) => this.#jobs.get(name)?.inputs.get(input),
      entry: (name, entry) => this.#jobs.get(name)?.env[entry],
      output: (name) => this.#outputs.get(name),
    };
    return { run, causes: causesOf(sideOf(this.#history, run), now, step) };
  }
}
