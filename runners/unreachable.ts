/** The end of every reader of a union on the guest's side, which the compiler proves is never reached. */

export function unreachable(value: never): never {
  throw new Error(`Internal error: nobody handles ${JSON.stringify(value)}`);
}
