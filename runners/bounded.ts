/** Keeps what a step says about itself short enough to be sent, stored and shown. */
import type { Outcome } from './contract.ts';

/** Of a message, a trace or a warning, in UTF-16 units. */
const LONGEST_TEXT = 65_536;
const MOST_WARNINGS = 1000;

/** The outcome with every text cut to 64 Ki characters, and at most 1,000 warnings. */
export function bounded(outcome: Outcome): Outcome {
  const warnings = outcome.warnings.slice(0, MOST_WARNINGS).map(short);
  if (outcome.ok) return { ...outcome, warnings };
  const { failure } = outcome;
  if (!('message' in failure)) return { ...outcome, warnings };
  const cut = { ...failure, message: short(failure.message) };
  if (cut.reason !== 'threw' || cut.trace === undefined) return { ok: false, failure: cut, warnings };
  return { ok: false, failure: { ...cut, trace: short(cut.trace) }, warnings };
}

function short(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT).toWellFormed()} …`;
}
