/** Why a step of a run ran, was taken from the cache, failed or was skipped. */
import type { Manifest, PastRun } from '../model/history.ts';
import type { StepRecord } from '../model/record.ts';
import { type Cause, causesOf, distance, type Side } from './causes.ts';
import { Computed } from './computed.ts';
import type { History } from './history.ts';

export interface Explanation {
  readonly step: StepRecord;
  /** Whether its output could have been taken from an earlier run. */
  readonly isCached: boolean;
  /** The nearest run that it is compared with; nothing where none did the step. */
  readonly earlier?: { readonly run: string; readonly causes: readonly Cause[] };
}

export function explain(history: History, run: PastRun, step: StepRecord): Explanation {
  const manifest = history.manifest(run.id, step.name);
  const isCached = manifest !== undefined;
  if (step.cached !== undefined) return { step, isCached };
  const earlier =
    (isCached ? nearestTo(manifest, history.earlierKeys(run, step.name)) : undefined) ??
    previous(history, run, step.name);
  if (earlier === undefined) return { step, isCached };
  const causes = causesOf(sideOf(history, earlier), sideOf(history, run.id), step.name);
  return { step, isCached, earlier: { run: earlier, causes } };
}

/** The run whose key differs in the fewest things; of several the first. */
export function nearestTo(
  manifest: Manifest,
  earlier: readonly { readonly run: string; readonly manifest: Manifest }[],
): string | undefined {
  let best: { run: string; differences: number } | undefined;
  for (const one of earlier) {
    const differences = distance(one.manifest, manifest);
    if (best === undefined || differences < best.differences) best = { run: one.run, differences };
  }
  return best?.run;
}

function previous(history: History, run: PastRun, step: string): string | undefined {
  return history.runsBefore(run).find((earlier) => history.step(earlier, step)?.output !== undefined)?.id;
}

/** A run of the past. */
export function sideOf(history: History, id: string): Side {
  const run = history.runNamed(id);
  const definition = run && history.definition(run);
  const computed = run && definition && new Computed(history, run, definition);
  return {
    definition,
    inputs: run?.options.inputs,
    manifest: (step) => history.manifest(id, step),
    input(step, name) {
      const manifest = history.manifest(id, step);
      return manifest && computed?.input(step, name, manifest);
    },
    entry(step, name) {
      const manifest = history.manifest(id, step);
      return manifest && computed?.entry(step, name, manifest);
    },
    output(step) {
      const kept = run && history.step(run, step)?.output;
      return kept && { hash: kept.hash, read: () => history.value(kept) };
    },
  };
}
