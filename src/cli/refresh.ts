/** Says whether the steps that are to run though they are cached are steps of the workflow. */
import { didYouMean } from '../model/nearest.ts';
import { everyStep, withoutItems } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';

/** A sentence about the first that is none. */
export function unknownStep(plan: Plan, names: readonly string[]): string | undefined {
  const known = everyStep(plan).map(({ step }) => step.name);
  const unknown = names.find((name) => !known.includes(withoutItems(name)));
  if (unknown === undefined) return undefined;
  return `The flag "--refresh" takes a step, and the workflow has none called "${unknown}"${didYouMean(unknown, known)}`;
}
