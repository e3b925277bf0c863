/** What bounds how many steps run at once, and how fast they start, beside a plain cap. */

/** `auto` is the machine's parallelism, and less while the machine is short of memory or processors; 0 is all of it always. */
export type Cap = number | 'auto';

/** Steps that name it share its room. */
export interface NamedPool {
  readonly name: string;
  /** Most of it that is taken at once, each step counted with its cost. */
  readonly size: number;
  readonly rate?: Rate;
}

/** How fast things may start. */
export interface Rate {
  /** As it was written. */
  readonly text: string;
  /** Between two starts. */
  readonly intervalMs: number;
  /** So many may start at once where none has for long enough; 1 means evenly. */
  readonly burst: number;
}

/** No two that have it are done at once on the machine, in whatever process. */
export interface Lock {
  readonly name: string;
  /** How long it is waited for; absent for ever. */
  readonly timeoutMs?: number;
}
