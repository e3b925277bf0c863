/** Fields in which a workflow speaks of all its steps as a step does of itself. */

/** `"1m30s"`, `"500ms"`, or a number of seconds. */
export type DurationText = string | number;

/** `"10/s"`, `"100/m"`; `burst` may start at once where none has for long enough, and is 1 where it is not given. */
export type RateDefinition = string | { limit: string; burst?: number };

/** The name of a lock; `timeout` is how long it is waited for. */
export type LockDefinition = string | { name: string; timeout?: DurationText };

/** Paths are relative to the workflow file, with `*`, `**` and `?`; a slash at the end means all below. */
export interface PermissionsDefinition {
  read?: string | readonly string[];
  write?: string | readonly string[];
  /** Hosts that `fetch` may reach: `api.example.com:443`, `*.example.com`. */
  net?: string | readonly string[];
  /** Which of the entries of `env` the step sees. Default: all of them. */
  env?: string | readonly string[];
  /** Whether the step may ask for the time. Default: it may. */
  clock?: boolean;
  /** Whether the step may ask for random numbers. Default: it may. */
  random?: boolean;
  /** No embedded step runs programs; a file may say so. */
  run?: readonly never[];
}

/** Sizes are `"10MB"` or a number of bytes. What is left out is as the configuration says. */
export interface LimitsDefinition {
  /** 0 means no limit of the step's own. */
  memory?: string | number;
  /** 0 means none. */
  cpu?: DurationText;
  /** As `timeout`; the shorter one counts. 0 means none. */
  wall?: DurationText;
  output?: string | number;
  /** Of both streams together; what is printed beyond is only counted. */
  stdout?: string | number;
  /** The largest file that a shell or native step may write; 0 means no limit. */
  files?: string | number;
  /** Of a shell or native step, at once; 0 means no limit. */
  processes?: number;
}
