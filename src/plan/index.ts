/** A workflow becomes a Plan, or all that is wrong with its graph; pure, and linear in steps and dependencies. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { nestedWork } from '../model/nested.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Outline } from '../model/outline.ts';
import { findCrossings } from './crossing.ts';
import { findCycles } from './cycles.ts';
import { buildGraph } from './graph.ts';
import { levelsOf } from './levels.ts';
import { arrange } from './order.ts';
import { checkReferences } from './references.ts';
import { inFileOrder, withoutFloods } from './told.ts';

/** `warnings` are those of the file, which the plan carries on. */
export function planWorkflow(
  workflow: Workflow,
  warnings: readonly Diagnostic[] = [],
): Result<Plan, readonly Diagnostic[]> {
  const plan = planned(workflow, withoutFloods(warnings), findCrossings(workflow));
  return plan.ok ? plan : fail(withoutFloods(plan.error));
}

function planned(
  workflow: Workflow,
  warnings: readonly Diagnostic[],
  found: readonly Diagnostic[],
): Result<Plan, readonly Diagnostic[]> {
  const graph = buildGraph(workflow.steps);
  const mistakes = [...found, ...checkReferences(workflow), ...findCycles(workflow, graph)];
  const inside = planInside(workflow, mistakes);
  if (mistakes.length > 0) return fail(inFileOrder([...warnings, ...mistakes]));
  const arranged = arrange(workflow.steps, graph, levelsOf(graph));
  return ok({ workflow, warnings, levels: arranged.levels, steps: withInside(arranged.steps, inside) });
}

/** Plans of the steps inside steps, by name. */
function planInside({ steps }: Workflow, mistakes: Diagnostic[]): ReadonlyMap<string, Plan> {
  const plans = new Map<string, Plan>();
  for (const step of steps) {
    const work = nestedWork(step);
    if (work === undefined) continue;
    const plan = planned(work.inside, [], []);
    if (plan.ok) plans.set(step.name, plan.value);
    else mistakes.push(...plan.error);
  }
  return plans;
}

function withInside(steps: readonly PlannedStep[], plans: ReadonlyMap<string, Plan>): readonly PlannedStep[] {
  if (plans.size === 0) return steps;
  return steps.map((planned) => {
    const inside = plans.get(planned.step.name);
    return inside === undefined ? planned : { ...planned, inside };
  });
}

/** All mistakes of a file that could not be read whole, those of its graph among them, in file order. */
export function allMistakes(failure: {
  readonly diagnostics: readonly Diagnostic[];
  readonly outline?: Outline;
}): readonly Diagnostic[] {
  const { diagnostics, outline } = failure;
  return withoutFloods(outline === undefined ? diagnostics : inFileOrder([...diagnostics, ...checkOutline(outline)]));
}

/** The mistakes of a graph: references to nothing, circles, colliding names. */
export function checkOutline(outline: Outline): readonly Diagnostic[] {
  const { steps, inside = [] } = outline;
  const own = [...checkReferences(outline), ...findCycles(outline, buildGraph(steps))];
  return inFileOrder([...own, ...inside.flatMap(checkOutline)]);
}
