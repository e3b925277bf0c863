/** What one attempt may use of the machine, and do to it. */

export type LimitName = 'memory' | 'cpu' | 'wall' | 'output' | 'stdout' | 'files' | 'processes';

/** What one attempt may use; what is absent has no limit but the language's own. */
export interface Limits {
  /** Bytes of one output's canonical text. */
  readonly output: number;
  /** Bytes; absent, an embedded language has 1 GiB and a process of the host what the machine has. */
  readonly memory?: number;
  /** Milliseconds of CPU time. */
  readonly cpu?: number;
  /** Milliseconds from when the thread begins with the job. */
  readonly wall?: number;
  /** Bytes of printed text that are handed on, both streams together. */
  readonly stdout?: number;
  /** Bytes of the largest file that a process of the host may write. */
  readonly files?: number;
  /** Processes of one step on the host that live at once. */
  readonly processes?: number;
  /** Who set each; those that are not named come from the configuration. */
  readonly setBy?: Readonly<Partial<Record<LimitName, 'step' | 'workflow'>>>;
}

/** What an embedded step may do outside of itself: what every layer allows; without a layer, nothing. */
export interface Grants {
  /** Where relative paths start; absolute. */
  readonly directory: string;
  readonly layers: readonly GrantLayer[];
}

export interface GrantLayer {
  readonly from: 'step' | 'workflow';
  /** Patterns of paths. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Patterns of hosts; absent for none. */
  readonly net?: readonly string[];
  /** False for a step that may not ask for the time, true for one whose time is the machine's in any case. */
  readonly clock?: boolean;
  /** The same of random numbers. */
  readonly random?: boolean;
}

/**
 * The time that an embedded step is told. A `frozen` one begins at `at`, in milliseconds since 1970, and goes on only as the step
 * sleeps and, by a microsecond, as it asks; a `refused` one fails what asks for it.
 */
export type Clock =
  | { readonly kind: 'frozen'; readonly at: number }
  | { readonly kind: 'refused'; readonly by: GrantLayer['from'] };

/** Where an embedded step's random numbers come from. Equal seeds, of any length, give equal ones; a `refused` source fails what asks for it. */
export type Randomness =
  | { readonly kind: 'seeded'; readonly seed: Uint8Array }
  | { readonly kind: 'refused'; readonly by: GrantLayer['from'] };
