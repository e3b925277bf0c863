/** The numbers by which WASI, and Emscripten's C library after it, name what the system says. */
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

/** A word of the system that has no number here is that of input and output. */
export function errnoOf(code: string): number {
  return ERRNO[code] ?? 29;
}
