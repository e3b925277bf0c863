/** What QuickJS says about an error → a step's failure, at its place in the workflow file. */
import type { Limits, Origin, Position, StepFailure } from '../contract.ts';
import { positionAt } from '../failures.ts';
import { overLimit } from '../limits.ts';
import type { Thrown } from './guest/kernel.ts';
import { OWN_FILE } from './prelude.ts';

/** Recursion without end leaves thousands. */
const MOST_ROWS = 30;

export function threw(thrown: Thrown, chunk: string, origin: Origin, limits: Limits): StepFailure {
  if (thrown.name === 'InternalError' && thrown.message === 'out of memory') return overLimit('memory', limits);
  const named = thrown.name !== '' && thrown.name !== 'Error';
  const trace = traceInFile(thrown.stack, chunk, origin);
  return {
    reason: 'threw',
    message: named ? `${thrown.name}: ${thrown.message}` : thrown.message,
    ...(trace !== '' && { trace }),
    position: positionOf(thrown.stack, chunk, origin),
  };
}

/** An error from before any code ran. */
export function notRunnable(thrown: Thrown, chunk: string, origin: Origin): StepFailure {
  return {
    reason: 'not-runnable',
    message: thrown.name === 'SyntaxError' ? `This is not valid JavaScript: ${thrown.message}` : thrown.message,
    position: positionOf(thrown.stack, chunk, origin),
  };
}

function positionOf(stack: string, chunk: string, origin: Origin): Position {
  for (const row of stack.split('\n')) {
    const place = placeIn(row, chunk);
    if (place === undefined) continue;
    const position = positionAt(origin, place.line);
    // The first line of code follows whatever stands before it in the file.
    return origin.verbatim && place.line > 1 ? { ...position, column: place.column } : position;
  }
  return { file: origin.file, line: origin.line };
}

/** `    at run (chunk:3:5)` and `    at chunk:3:5`. */
function placeIn(row: string, chunk: string): { line: number; column: number } | undefined {
  const match = /^\s+at (?:.* \()?(.*?):(\d+):(\d+)\)?$/.exec(row);
  if (match === null || match[1] !== chunk) return undefined;
  return { line: Number(match[2]), column: Number(match[3]) };
}

function traceInFile(stack: string, chunk: string, origin: Origin): string {
  const rows = stack.split('\n').filter((row) => row !== '' && !row.includes(OWN_FILE));
  const shown = rows.slice(0, MOST_ROWS).map((row) => {
    const place = placeIn(row, chunk);
    if (place === undefined) return row;
    const own = `${chunk}:${place.line}:${place.column}`;
    return row.replace(own, `${origin.file}:${positionAt(origin, place.line).line}:${place.column}`);
  });
  if (rows.length > MOST_ROWS) shown.push(`    … and ${rows.length - MOST_ROWS} more`);
  return shown.join('\n');
}
