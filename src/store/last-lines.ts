/** What shell steps of a past run printed last, where their workflow keeps it as a variable. */
import { lastLineIn } from '../model/last-line.ts';
import type { PastRun } from '../model/history.ts';
import type { Step } from '../model/step.ts';
import type { History } from './history.ts';

/** By step. */
export function lastLinesOf(
  history: History,
  run: PastRun,
  steps: Iterable<Pick<Step, 'name' | 'register' | 'language' | 'foreach'>>,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const step of steps) {
    const { name, register, language, foreach } = step;
    if (register === undefined || language !== 'shell' || foreach !== undefined) continue;
    const lines = history
      .events(run, { step: name })
      .flatMap(({ event }) => (event.kind === 'step-printed' ? event.lines : []));
    const last = lastLineIn(lines, step);
    if (last !== undefined) found.set(name, last);
  }
  return found;
}
