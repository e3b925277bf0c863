/** The failures that every language words alike. */
import type { Origin, Position, StepFailure } from './contract.ts';

/** Where line `line` (1-based) of a step's code stands in the file. */
export function positionAt(origin: Origin, line: number): Position {
  return { file: origin.file, line: origin.verbatim ? origin.line + line - 1 : origin.line };
}

export function definesNoRun(step: string, origin: Origin): StepFailure {
  return {
    reason: 'not-runnable',
    message: `Step "${step}" defines no function "run"`,
    position: { file: origin.file, line: origin.line },
  };
}
