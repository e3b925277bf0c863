/** What a run would do, as far as that is known before it begins. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { CachedFrom } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/workflow.ts';
import { isComputed } from './facts.ts';
import { gather } from './inputs.ts';
import { type JobSettings, jobFor } from './job.ts';
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
  /** It may not be cached. */
  | { readonly kind: 'always' }
);

export interface ForeseeOptions {
  readonly settings: JobSettings;
  readonly cacheDefault: boolean;
  /** Steps that run though their outputs are cached. */
  readonly refresh: readonly string[];
  readonly memory: Memory;
}

/** In plan order. */
export async function foresee(
  { steps }: Plan,
  { settings, cacheDefault, refresh, memory }: ForeseeOptions,
): Promise<Foresight[]> {
  const outputs: (EncodedValue | undefined)[] = [];
  const found: Foresight[] = [];
  for (const { index, step, dependsOn } of steps) {
    const { name } = step;
    // What is computed or decided on the way is not known before.
    const isOpen = isComputed(step) || dependsOn.some((dependency) => steps[dependency]!.step.branches !== undefined);
    const missing = dependsOn.filter((dependency) => isOpen || outputs[dependency] === undefined);
    if (!mayBeCached(step, settings, cacheDefault)) found.push({ step: name, kind: 'always' });
    else if (isOpen || missing.length > 0) {
      found.push({ step: name, kind: 'open', on: missing.map((dependency) => steps[dependency]!.step.name) });
    } else {
      const names = dependsOn.map((dependency) => steps[dependency]!.step.name);
      const inputs = gather(
        names,
        dependsOn.map((dependency) => outputs[dependency]!),
      );
      const recalled = await memory.look(step, jobFor(step, 1, inputs, settings));
      const isTold = refresh.includes(name);
      if (recalled === undefined || isTold) found.push({ step: name, kind: 'runs', isTold });
      else {
        outputs[index] = recalled.output;
        found.push({ step: name, kind: 'cached', from: recalled.from });
      }
    }
  }
  return found;
}
