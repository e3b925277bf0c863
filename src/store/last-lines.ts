/** What shell steps of a past run printed last, where their workflow keeps it as a variable. */
import type { PastRun } from '../model/history.ts';
import type { Step } from '../model/step.ts';
import type { History } from './history.ts';

/** By step. */
export function lastLinesOf(history: History, run: PastRun, steps: Iterable<Step>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, register, language, foreach } of steps) {
    if (register === undefined || language !== 'shell' || foreach !== undefined) continue;
    const lines = history
      .events(run, { step: name })
      .flatMap(({ event }) => (event.kind === 'step-printed' ? event.lines : []));
    const last = lines.findLast(({ stream, text }) => stream === 'stdout' && text.trim() !== '');
    if (last !== undefined) found.set(name, last.text.trim());
  }
  return found;
}
