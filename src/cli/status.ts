/** The exit statuses of every command, documented in docs/command-line.md. */

export const STATUS = {
  succeeded: 0,
  stepFailed: 1,
  /** A file, a flag or the configuration is wrong. */
  wrong: 2,
  inputMissing: 3,
  machineLacks: 4,
  /** A bug of ours. */
  internal: 70,
  /** Nothing is left to do but wait; `hwfe resume` goes on. */
  parked: 75,
  cancelled: 130,
  /** Standard output went away, as in `hwfe demo | head -1`. */
  readerGone: 141,
} as const;
