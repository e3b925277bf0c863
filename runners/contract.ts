/** Everything that crosses the thread boundary: the job that goes in, the lines on the way, the outcome that comes out. */
import type { Clock, Grants, Limits, Randomness } from './allowances.ts';
import type { Mailbox } from './memory/mailbox.ts';
import type { StepMemory } from './memory/step-memory.ts';
import type { EncodedValue, Outcome, Spent, StepFailure, Usage } from './outcome.ts';
import type { Prompt } from './prompt/typing.ts';
import type { Services } from './services.ts';

export type * from './allowances.ts';
export type * from './outcome.ts';
export type * from './services.ts';

/** A step in `action` has no code: it does one thing that the runner knows. */
export type Language = 'lua' | 'javascript' | 'python' | 'shell' | 'wasm' | 'action';

export type ActionName = 'http' | 'file' | 'llm' | 'transform' | 'assert' | 'notify';
/** `embedded` runs inside the thread; `native` on the host's own interpreter. Shell is always a host process. */
export type Runtime = 'embedded' | 'native';

/**
 * How strictly a step is kept apart, each stricter than the one before: a thread of the engine, a process without
 * rights of its own, a sandbox of the operating system. Steps that are processes anyway know no difference between the first two.
 */
export type Isolation = 'thread' | 'process' | 'os';

/** Where a step's code stands, so that an error in its line `n` is shown at `line + n - 1` of `file`. */
export interface Origin {
  /** Path as the user wrote it: the workflow file, or the step's own code file. */
  readonly file: string;
  /** 1-based line of `file` on which the code's first line stands. */
  readonly line: number;
  /** False where the text in the file is not the code line by line (an escaped string, a computed one): errors then point at `line`. */
  readonly verbatim: boolean;
}

export type Script =
  | { readonly kind: 'code'; readonly code: string; readonly origin: Origin }
  | {
      readonly kind: 'module';
      /** Absolute path of the `.wasm` file, and the path as the user wrote it. */
      readonly path: string;
      readonly module: string;
      readonly func: string;
      /** Numbers for a function module, words for a WASI command; absent when the step has no `args`. */
      readonly args?: readonly (number | bigint | string)[];
      /** The file's bytes, where the runner may read no files. */
      readonly bytes?: Uint8Array;
      readonly origin: Origin;
    }
  /** Its fields are the job's inputs. */
  | { readonly kind: 'action'; readonly action: ActionName; readonly origin: Origin; readonly services?: Services };

/** One attempt at one step, as it is sent to a thread. */
export interface Job {
  readonly run: string;
  readonly step: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly language: Language;
  readonly runtime: Runtime;
  readonly isolation: Isolation;
  readonly script: Script;
  /** Outputs of the direct dependencies by name. */
  readonly inputs: ReadonlyMap<string, EncodedValue>;
  /** The environment that the step was granted: for shell and native steps the whole of it, else its `env` entries. */
  readonly env: Readonly<Record<string, string>>;
  /** Working directory of shell and native steps. */
  readonly cwd: string;
  /** `HWFE_WORKDIR`: a directory shared by the steps of this run. */
  readonly workdir: string;
  /** What is `/tmp` to shell and native steps in a sandbox, shared by those of this run. */
  readonly tmp: string;
  /** Path of bubblewrap, for shell and native steps in a sandbox. */
  readonly bubblewrap?: string;
  /** The host program of a native or shell step, as configured. */
  readonly interpreter?: string;
  /** Python: distributions the step imports. */
  readonly packages: readonly string[];
  /** Where Python wheels and snapshots are cached; absolute. */
  readonly cacheDir: string;
  /** Socket of the process spawner, for shell and native steps. */
  readonly spawner?: string;
  readonly limits: Limits;
  /** Without layers for steps that run on the host and in no sandbox, which nothing holds. Absent, nothing is granted. */
  readonly grants?: Grants;
  /** Absent, the machine's. Nothing that runs on the host heeds it. */
  readonly clock?: Clock;
  /** Absent, the machine's. Nothing that runs on the host heeds it. */
  readonly random?: Randomness;
  /** A person types, and the step's code asks for it. */
  readonly prompt?: Prompt;
  /** It is done once for each of these; `attempt` is the attempt of all. */
  readonly items?: JobItems;
  /** The step has a part in the workflow's shared memory; of a process of the host, the way to it. */
  readonly memory?: true | MemoryLine;
}

/** How a process of the host reaches the shared memory of its run. */
export interface MemoryLine {
  /** Path of the engine's socket. */
  readonly socket: string;
  /** Whoever does not know it is not answered. */
  readonly token: string;
  /** The directory with a program `hwfe`. */
  readonly bin: string;
  /** Paths that this needs. */
  readonly needs: readonly string[];
}

/** Jobs that differ in some inputs only, and go to a thread in one message. What they do is not done outside of themselves: after a loss some are sent again. */
export interface JobItems {
  /** The number of each, which stands behind the step's name. */
  readonly indices: Uint32Array;
  /** Names of the inputs that each has beside those of the job. */
  readonly names: readonly string[];
  /** Their texts one after the other, item by item, and where each ends. */
  readonly texts: Uint8Array;
  readonly ends: Uint32Array;
  /** Of each, in milliseconds. */
  readonly timeoutMs?: number;
  /** Shared with the host: `ItemClock`. */
  readonly clock: SharedArrayBuffer;
}

/** What a thread is handed. */
export interface Assignment {
  readonly id: number;
  readonly job: Job;
  /** Ask for a `Started` before the step's code runs: limits of time count from there, not from a thread's boot. */
  readonly announce: boolean;
  /** Of the step's time in milliseconds, beside its limits: what is over is told as `timed-out`. */
  readonly timeoutMs?: number;
  /** Where the step's thread asks for what the workflow's steps share. */
  readonly mailbox?: Mailbox;
}

/** What every thread is told when it starts (`workerData`). */
export interface ThreadSetup {
  readonly language: Language;
  readonly runtime: Runtime;
  /** Where Python's snapshot and compiled library are cached; absolute. */
  readonly cacheDir: string;
  /** Whether WASI commands may run. */
  readonly wasi: boolean;
  /** The process is the command's own, so that its V8 may be tuned to the interpreter. */
  readonly ownsProcess: boolean;
  /** Name of the BroadcastChannel on which jobs that own processes are told to stop, by the `id` of their assignment. */
  readonly stops?: string;
  /** The directory of the built runners, in a process that may not look it up. */
  readonly built?: string;
  /** The process has no rights, and has the engine do what its steps were granted. */
  readonly isSlot?: boolean;
}

/** The thread is ready and begins with the job now. */
export interface Started {
  readonly kind: 'started';
  readonly id: number;
  /** Where the system tells threads apart: the thread's own id, and its CPU time so far in milliseconds. */
  readonly thread?: { readonly id: number; readonly cpuMs: number };
}

/** Lines that a step printed, sent while it runs; `id` is the assignment's. */
export interface Printed {
  readonly kind: 'printed';
  readonly id: number;
  /** Of the item, among those of its assignment. */
  readonly place?: number;
  readonly lines: readonly PrintedLine[];
}

/** How some items of a job ended, in their order, while others go on. */
export interface Settled {
  readonly kind: 'settled';
  readonly id: number;
  readonly reports: readonly Report[];
}

export interface PrintedLine {
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end; a line over 64 KiB comes in pieces. */
  readonly text: string;
}

/**
 * An outcome as a thread posts it. Lines and outcomes travel on different ports, so the host holds the
 * outcome back until `batches` messages of lines have arrived; the last lines ride along.
 */
export interface Report {
  readonly outcome: Outcome;
  readonly batches: number;
  readonly lines: readonly PrintedLine[];
  readonly usage: Spent & Pick<Usage, 'wallMs'>;
  /** Of a job with items, those that were not told before; `batches` counts these messages too. */
  readonly items?: readonly Report[];
}

export interface RunnerContext {
  /** Takes any text, split into lines by the receiver; the step's name is added by whoever shows it. */
  print(stream: 'stdout' | 'stderr', text: string): void;
  /** Aborted when the host says stop; only processes need to listen, all else ends with the thread. */
  readonly stopped: AbortSignal;
  /** The end of the step's time, where it has one: looked at by interpreters that can, and enforced by the host a moment later. */
  readonly deadline?: Deadline | undefined;
  /** Absent where the runner is called without an engine. */
  readonly memory?: StepMemory;
  /** Counts bytes that were printed but are beyond what is shown, without looking at them. */
  leftOut?(bytes: number): void;
  /** Notes what the step used; what a runner does not tell is measured in its thread. */
  spent?(spent: Spent): void;
}

export interface Deadline {
  /** Why the step has to end now; nothing while it may go on. Cheap enough to be asked thousands of times a second. */
  passed(): StepFailure | undefined;
  /** Milliseconds of the step's time on the clock; infinite where only its CPU time is limited. */
  readonly leftMs: number;
}

/** One language inside a thread. Expected failures are outcomes; what `run` throws is a bug of ours. */
export interface Runner {
  run(job: Job, context: RunnerContext): Promise<Outcome>;
}

/** A runner's module exports this: it loads the interpreter, so that the first job finds it warm. */
export type LoadRunner = (setup: ThreadSetup) => Promise<Runner>;
