/** How a call of WASI fails: thrown by whoever finds out, and answered as a number. */
import { errnoOf } from '../errno.ts';

class Failed extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super('it failed');
    this.errno = errno;
  }
}

export function fail(code: string): never {
  throw new Failed(errnoOf(code));
}

export function guarded(call: () => number): number {
  try {
    return call();
  } catch (error) {
    if (error instanceof Failed) return error.errno;
    throw error;
  }
}
