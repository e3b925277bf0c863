/** A workflow becomes a Plan, or all that is wrong with its graph; pure, and linear in steps and dependencies. */
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Plan } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Outline, Workflow } from '../model/workflow.ts';
import { findCycles } from './cycles.ts';
import { buildGraph } from './graph.ts';
import { levelsOf } from './levels.ts';
import { arrange } from './order.ts';
import { checkReferences } from './references.ts';

/** `warnings` are those of the file, which the plan carries on. */
export function planWorkflow(
  workflow: Workflow,
  warnings: readonly Diagnostic[] = [],
): Result<Plan, readonly Diagnostic[]> {
  const graph = buildGraph(workflow.steps);
  const mistakes = [...checkReferences(workflow), ...findCycles(workflow, graph)];
  if (mistakes.length > 0) return fail(inFileOrder([...warnings, ...mistakes]));
  return ok({ workflow, warnings, ...arrange(workflow.steps, graph, levelsOf(graph)) });
}

/** All mistakes of a file that could not be read whole, those of its graph among them, in file order. */
export function allMistakes(failure: {
  readonly diagnostics: readonly Diagnostic[];
  readonly outline?: Outline;
}): readonly Diagnostic[] {
  const { diagnostics, outline } = failure;
  return outline === undefined ? diagnostics : inFileOrder([...diagnostics, ...checkOutline(outline)]);
}

/** The mistakes of a graph: references to nothing, circles, colliding names. */
export function checkOutline(outline: Outline): readonly Diagnostic[] {
  return inFileOrder([...checkReferences(outline), ...findCycles(outline, buildGraph(outline.steps))]);
}

function inFileOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => (a.span?.start ?? -1) - (b.span?.start ?? -1));
}
