/** What a run that goes on takes from its earlier part. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { Plan } from '../model/plan.ts';
import { chosenBy } from './branches.ts';
import type { Facts } from './facts.ts';
import { stillStanding } from './keeping.ts';
import type { Scheduler } from './scheduler.ts';
import type { Skip } from './settling.ts';

export interface Kept {
  /** Outputs of steps that succeeded, by name. */
  readonly outputs: ReadonlyMap<string, EncodedValue>;
  /** What they had printed last, where that is a variable. */
  readonly lastLines?: ReadonlyMap<string, string> | undefined;
  /** Of steps with steps inside them that were under way, the attempts that had failed by then, also by items as `step[3]`. */
  readonly attempts?: ReadonlyMap<string, number> | undefined;
}

export interface TakenUp {
  readonly names: readonly string[];
  readonly outputs: ReadonlyMap<number, EncodedValue>;
  /** What is skipped for what was kept. */
  readonly skips: readonly Skip[];
}

/** Before anything starts. */
export function takeUp(plan: Plan, kept: Kept, scheduler: Scheduler, facts: Facts | undefined): TakenUp {
  const names: string[] = [];
  const outputs = new Map<number, EncodedValue>();
  const skips: Skip[] = [];
  const skipped = new Set<number>();
  for (const [index, output] of stillStanding(plan, kept.outputs)) {
    const { step } = plan.steps[index]!;
    // The file may have changed since, and choose otherwise.
    if (skipped.has(index)) continue;
    outputs.set(index, output);
    facts?.succeeded(step, output, 0, kept.lastLines?.get(step.name));
    const chosen = chosenBy(step, output, plan, facts);
    for (const skip of scheduler.keep(index, chosen.ok ? chosen.value : undefined)) {
      skips.push(skip);
      skipped.add(skip.index);
    }
    names.push(step.name);
  }
  return { names, outputs, skips };
}
