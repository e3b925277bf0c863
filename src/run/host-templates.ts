/** What the engine's own work leaves open until it starts. */
import type { Template } from '../model/template.ts';
import { unreachable } from '../model/unreachable.ts';
import type { HostStep } from '../model/step.ts';

export function templatesOf({ work }: HostStep): readonly Template[] {
  switch (work.kind) {
    case 'wait':
      return [];
    case 'wait_until':
      return [work.moment];
    case 'wait_for':
      return [work.file ?? work.signal!];
    case 'human':
      return [work.title, work.assignee, work.openForm].filter((template) => template !== undefined);
    case 'workflow':
    case 'group':
    case 'race':
      return [];
    default:
      return unreachable(work);
  }
}
