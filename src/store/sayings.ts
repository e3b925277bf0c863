/** Keeps what steps say that are to be cached, as much of it as is worth repeating. */
import type { PrintedLine } from '../../runners/contract.ts';
import type { RunEvent, Said } from '../model/event.ts';

/** Characters of one step's lines, and what each line counts besides. */
const MOST = 64 * 1024;
const LINE_COST = 16;

export class Sayings {
  readonly #said = new Map<string, { lines: PrintedLine[]; warnings: string[]; room: number }>();

  /** `isWanted` tells whether a step is to be cached. */
  hear(event: RunEvent, isWanted: (step: string) => boolean): void {
    // Only what the last attempt says counts.
    if (event.kind === 'step-started') this.#said.delete(event.step);
    if (event.kind !== 'step-printed' && event.kind !== 'step-warned') return;
    if (event.cached !== undefined || !isWanted(event.step)) return;
    const said = this.#said.get(event.step) ?? { lines: [], warnings: [], room: MOST };
    this.#said.set(event.step, said);
    if (event.kind === 'step-warned') said.warnings.push(event.message);
    else {
      for (const line of event.lines) {
        said.room -= line.text.length + LINE_COST;
        if (said.room >= 0) said.lines.push(line);
      }
    }
  }

  /** Nothing where the step was silent. */
  of(step: string): Said | undefined {
    const said = this.#said.get(step);
    return said && { lines: said.lines, warnings: said.warnings };
  }

  forget(step: string): void {
    this.#said.delete(step);
  }
}
