/** How V8 runs in a command, which owns its process; the library leaves these flags to whoever embeds it. */
import { setFlagsFromString } from 'node:v8';

/** Before any interpreter is loaded. */
export function tuneV8(): void {
  // The heap grows by half between collections, where V8 would let it grow up to fourfold: 100,000 steps then take half
  // the memory, at no measurable time (`npm run bench scale`).
  setFlagsFromString('--heap-growing-percent=50');
  // Interpreters are large and most steps short: optimising them as eagerly as V8 does takes a third of a first
  // JavaScript step's CPU time, and a loop of half a second still ends sooner (`npm run bench startup`).
  setFlagsFromString('--wasm-tiering-budget=100000000');
}
