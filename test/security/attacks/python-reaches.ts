// What attacks on Python are written with.
import type { Aims } from '../support/canaries.ts';

/** Code with a function `run` that reaches something in a Pyodide as it comes. */
export type Reaches = readonly [name: string, code: (aims: Aims) => string];

const fs = 'process.getBuiltinModule("node:fs")';
/** JavaScript that gives what the canary file holds. */
export const reads = (a: Aims): string => `${fs}.readFileSync('${a.file}', 'utf8')`;
export const makes = (a: Aims): string => `${fs}.writeFileSync('${a.created}', 'x')`;

/** As a literal of Python's. */
export function py(text: string): string {
  return JSON.stringify(text);
}
