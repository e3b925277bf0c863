/** Tells that a run begins, or goes on with what an earlier part of it gave. */
import type { Happening } from '../model/event.ts';
import { isWithin, namesInside } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { Course } from './course.ts';
import type { PlanRunOptions } from './run-options.ts';

type Tell = (happening: Happening) => void;

/** What is skipped for what was kept comes after it. */
export function tellBeginning(plan: Plan, course: Course, options: PlanRunOptions, tell: Tell): void {
  const { mode, failureMode, cap, shownInputs, kept, lastLines } = options;
  const { workflow, steps, levels } = plan;
  const beginning = {
    workflow: workflow.name,
    file: workflow.file.path,
    mode,
    failureMode,
    cap: mode === 'sequential' ? 1 : cap,
    levels: levels.map((level) => level.flatMap((index) => [steps[index]!.step.name, ...namesInside(steps[index]!)])),
    ...(shownInputs && { inputs: shownInputs }),
  };
  if (kept === undefined) {
    tell({ kind: 'run-started', ...beginning });
    return;
  }
  const taken = course.takeUp({ outputs: kept, lastLines });
  const inside = [...kept.keys()].filter(isWithin);
  tell({ kind: 'run-resumed', ...beginning, kept: [...taken.names, ...inside] });
  course.tellSkips(taken);
  tellUnneeded(plan, new Set(taken.names), new Set(kept.keys()), tell);
}

/** Steps inside a step that is kept, and that had no part in that. */
function tellUnneeded(plan: Plan, names: ReadonlySet<string>, kept: ReadonlySet<string>, tell: Tell): void {
  for (const planned of plan.steps) {
    const { name } = planned.step;
    if (!names.has(name)) continue;
    const because = { kind: 'not-needed', step: name } as const;
    for (const inner of namesInside(planned))
      if (!kept.has(inner)) tell({ kind: 'step-skipped', step: inner, because });
  }
}
