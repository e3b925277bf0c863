/** How late V8 optimises the interpreters, which are WebAssembly. */
import { setFlagsFromString } from 'node:v8';
import type { Language, ThreadSetup } from './contract.ts';

/** With V8's own budget a function that is still running asks to be optimised again and again, to no avail until it returns. */
const ASKS_TOO_OFTEN = Number.parseInt(process.versions.v8) < 12;

/**
 * V8's `--wasm-tiering-budget`, about bytes of code run. An interpreter's loop is one long call, and hardly slower unoptimised; what it
 * calls gains. Measured on Node 20 with loops of two seconds: a quarter to a third faster in Lua and Python, twice as fast in
 * JavaScript, whose short steps also need a third less CPU time.
 */
const BUDGETS: Partial<Record<Language, number>> = {
  javascript: 400_000_000,
  ...(ASKS_TOO_OFTEN && { lua: 100_000_000, python: 100_000_000 }),
};

/**
 * Before the interpreter is compiled, and only in a process of our own. Not when the process starts, because a changed flag makes V8
 * refuse the compiled form of Node's own modules, which costs each thread that boots later 30 ms.
 */
export function optimiseLate({ language, ownsProcess }: Pick<ThreadSetup, 'language' | 'ownsProcess'>): void {
  const budget = BUDGETS[language];
  if (ownsProcess && budget !== undefined) setFlagsFromString(`--wasm-tiering-budget=${budget}`);
}
