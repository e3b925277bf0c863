/** How V8 runs in a command, which owns its process; the library leaves these flags to whoever embeds it. */
import { setFlagsFromString } from 'node:v8';

/** Fewer steps fit in memory however it is collected. */
const MANY_STEPS = 5000;

/**
 * Before any interpreter is loaded: they are large and most steps short. Optimising them as eagerly as V8 does takes a third
 * of a first JavaScript step's CPU time, and a loop of half a second still ends sooner (`npm run bench startup`).
 */
export function optimiseLate(): void {
  setFlagsFromString('--wasm-tiering-budget=100000000');
}

/**
 * For a plan of many steps: the heap then grows by half between collections, where V8 would let it grow up to fourfold, at
 * no measurable time (`npm run bench scale`). A small heap would be collected over and over, which costs 35 ms at the start.
 */
export function collectEarly(steps: number): void {
  if (steps > MANY_STEPS) setFlagsFromString('--heap-growing-percent=50');
}
