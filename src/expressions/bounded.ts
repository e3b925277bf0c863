/** Ends an evaluation that takes too long: an expression over a long list, or a pattern, may cost more than it is worth. */
import { createContext, Script, type Context } from 'node:vm';

/** Nothing else happens in the process meanwhile. */
export const LONGEST_MS = 1000;

let room: { readonly script: Script; readonly context: Context & { work?: () => unknown } } | undefined;

export class TooLong extends Error {}

/** Throws `TooLong`, or what `work` throws. */
export function bounded<T>(work: () => T): T {
  room ??= { script: new Script('work()'), context: createContext({}) };
  const { script, context } = room;
  const outer = context.work;
  context.work = work;
  try {
    return script.runInContext(context, { timeout: LONGEST_MS }) as T;
  } catch (error) {
    if (isTimeout(error)) throw new TooLong();
    throw error;
  } finally {
    if (outer === undefined) delete context.work;
    else context.work = outer;
  }
}

/** It comes from the other context, whose classes are others. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
