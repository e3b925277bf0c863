/** The exit status for what a run lacks before it can begin. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { STATUS } from './status.ts';

/** Codes of what only another machine has. */
const LACKING: ReadonlySet<string> = new Set([
  'isolation-missing',
  'history-missing',
  'service-missing',
  'lock-missing',
]);

/** Of at least one. */
export function statusOfUnmet(unmet: readonly Diagnostic[]): number {
  if (unmet.some(({ code }) => LACKING.has(code))) return STATUS.machineLacks;
  return unmet.some(({ code }) => code === 'wrong-input') ? STATUS.wrong : STATUS.inputMissing;
}
