/** How much memory a command takes before it collects; the library leaves that to whoever embeds it. */
import { setFlagsFromString } from 'node:v8';

/** Fewer steps fit in memory however it is collected. */
const MANY_STEPS = 5000;

/**
 * For a plan of many steps: the heap then grows by a quarter between collections, where V8 would let it grow up to fourfold,
 * for about a tenth more CPU time than with half (a fan of 100,000 steps). Not for any other plan: a changed flag makes V8 refuse the compiled form of
 * Node's own modules, which costs 30 ms at the start.
 */
export function collectEarly(steps: number): void {
  if (steps > MANY_STEPS) setFlagsFromString('--heap-growing-percent=25');
}
