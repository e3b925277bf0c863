/** The failures that every language words alike. */
import type { Origin, Position, StepFailure } from './contract.ts';

/** Where line `line` (1-based) of a step's code stands in the file. */
export function positionAt(origin: Origin, line: number): Position {
  return { file: origin.file, line: origin.verbatim ? origin.line + line - 1 : origin.line };
}

/** `bytes` is the size of the output's text, or as much of it as was written before the step was stopped. */
export function outputTooLarge(bytes: number, limit: number): StepFailure {
  const figure = (n: number): string => n.toLocaleString('en-US');
  return {
    reason: 'limit',
    limit: 'output',
    message: `The output has ${figure(bytes)} bytes, and limits.output is ${figure(limit)}: raise it, or return less`,
  };
}

export function definesNoRun(step: string, origin: Origin): StepFailure {
  return {
    reason: 'not-runnable',
    message: `Step "${step}" defines no function "run"`,
    position: { file: origin.file, line: origin.line },
  };
}
