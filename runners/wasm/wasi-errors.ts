/** How a call of WASI fails: thrown by whoever finds out, and answered as a number. */

const ERRNO: Readonly<Record<string, number>> = {
  EACCES: 2,
  EBADF: 8,
  EEXIST: 20,
  EFBIG: 22,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ENOENT: 44,
  ENOSPC: 51,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  EPERM: 63,
};

class Failed extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super('it failed');
    this.errno = errno;
  }
}

/** A word of the system that has no number of its own is that of input and output. */
export function fail(code: string): never {
  throw new Failed(ERRNO[code] ?? ERRNO['EIO']!);
}

export function guarded(call: () => number): number {
  try {
    return call();
  } catch (error) {
    if (error instanceof Failed) return error.errno;
    throw error;
  }
}
