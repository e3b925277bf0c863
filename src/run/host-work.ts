/** Starts what the engine does itself. */
import type { Happening } from '../model/event.ts';
import { unreachable } from '../model/unreachable.ts';
import type { HostStep } from '../model/workflow.ts';
import type { Running } from './running.ts';
import { WaitRun } from './waiting.ts';

/** Tells that it has begun. */
export function startHostWork(step: HostStep, tell: (happening: Happening) => void): Running {
  const { work } = step;
  tell({ kind: 'step-started', step: step.name, language: work.kind, attempt: 1 });
  switch (work.kind) {
    case 'wait':
      return new WaitRun(work.forMs);
    default:
      return unreachable(work.kind);
  }
}
