/** The line that a variable keeps of a shell step. */
import type { PrintedLine } from '../../runners/contract.ts';
import type { Step } from './step.ts';

/** The last of standard output that is not blank, where the workflow keeps it; nothing where none is among these. */
export function lastLineIn(
  lines: readonly PrintedLine[],
  { register, language }: Pick<Step, 'register' | 'language'>,
): string | undefined {
  if (register === undefined || language !== 'shell') return undefined;
  return lines.findLast(({ stream, text }) => stream === 'stdout' && text.trim() !== '')?.text.trim();
}
