/** Everything that crosses the thread boundary: the job that goes in, the lines on the way, the outcome that comes out. */
import type { Mailbox } from './memory/mailbox.ts';
import type { StepMemory } from './memory/step-memory.ts';
import type { Prompt } from './prompt/typing.ts';

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

/**
 * A value as it travels: canonical JSON text in UTF-8 (`runners/value.ts`). Large ones sit in a
 * `SharedArrayBuffer`, so that handing one on costs nothing; never a view on a pooled Buffer.
 */
export type EncodedValue = Uint8Array;

/** Where a step's code stands, so that an error in its line `n` is shown at `line + n - 1` of `file`. */
export interface Origin {
  /** Path as the user wrote it: the workflow file, or the step's own code file. */
  readonly file: string;
  /** 1-based line of `file` on which the code's first line stands. */
  readonly line: number;
  /** False where the text in the file is not the code line by line (an escaped string, a computed one): errors then point at `line`. */
  readonly verbatim: boolean;
}

export interface Position {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, where the language tells. */
  readonly column?: number;
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

/** What the configuration says of services that actions reach. */
export interface Services {
  /** By name; that of `[llm]` itself is empty. */
  readonly llm: Readonly<Record<string, LlmService>>;
  readonly mail?: MailService;
}

export interface LlmService {
  /** How it is spoken to. */
  readonly provider: 'openai' | 'anthropic';
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly model?: string;
  /** The secret that it asks for, by name. */
  readonly apiKey?: string;
  readonly maxTokens?: number;
  /** It cannot be held to a schema, only asked to keep to it. */
  readonly structured?: false;
  /** Milliseconds between two requests at the least. */
  readonly everyMs?: number;
  /** When the next request may be sent, in microseconds since 1970: one cell, shared by all threads. */
  readonly next?: BigInt64Array;
}

export interface MailService {
  readonly host: string;
  readonly port: number;
  /** It speaks TLS from the first byte. */
  readonly isSecure: boolean;
  readonly from?: string;
  readonly user?: string;
  /** A secret, by name. */
  readonly password?: string;
}

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

/** What a step used of the machine; what cannot be measured is absent. */
export interface Spent {
  /** CPU time in milliseconds: of the step's thread, or of its processes together. */
  readonly cpuMs?: number;
  /** Bytes at the most: of the interpreter's memory, which a step before may have grown, or of all processes together. */
  readonly memoryBytes?: number;
  /** Of a language model: what it read, and what it wrote. */
  readonly tokens?: { readonly input: number; readonly output: number };
}

export interface Usage extends Spent {
  /** Wall time inside the thread. */
  readonly wallMs: number;
  /** Bytes of the inputs' texts, and of the output's. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export type StepFailure =
  /** The step's own code raised an error. `trace` is the language's own, without the runner's frames. */
  | { readonly reason: 'threw'; readonly message: string; readonly trace?: string; readonly position?: Position }
  /** The code does not read as its language, or lacks what is called (`run`, a WASM export). */
  | { readonly reason: 'not-runnable'; readonly message: string; readonly position?: Position }
  /** A process or WASI command ended with a status other than 0. */
  | {
      readonly reason: 'exited';
      readonly status: number;
      readonly lastLines: readonly string[];
      readonly position?: Position;
    }
  /** A process was ended by a signal that the engine did not send. */
  | { readonly reason: 'killed'; readonly signal: string; readonly lastLines: readonly string[] }
  /** The step returned what JSON has no form for. */
  | { readonly reason: 'output-invalid'; readonly message: string; readonly position?: Position }
  /** The step used what it was not granted; `grant` is what to add. */
  | { readonly reason: 'not-granted'; readonly message: string; readonly grant: string }
  /** The step went over a limit. */
  | { readonly reason: 'limit'; readonly limit: string; readonly message: string }
  /** The machine lacks the interpreter, a package, a module file. */
  | { readonly reason: 'runtime-missing'; readonly message: string }
  /** An expression of the workflow file could not be computed, so that the step never began. */
  | {
      readonly reason: 'expression';
      readonly message: string;
      readonly expression: string;
      readonly position?: Position;
    }
  /** What an action was to do cannot be done: `status` is that of an HTTP answer. */
  | {
      readonly reason: 'action';
      readonly message: string;
      readonly status?: number;
      readonly position?: Position;
    }
  /** What an `assert` claims is not so; the message is the file's. */
  | { readonly reason: 'asserted'; readonly message: string; readonly position?: Position }
  /** Items of it failed. */
  | {
      readonly reason: 'items';
      readonly message: string;
      readonly total: number;
      /** How many. */
      readonly failed: number;
      /** The first few. */
      readonly items: readonly { readonly index: number; readonly failure: StepFailure }[];
    }
  /** Somebody who was asked said no. */
  | { readonly reason: 'rejected'; readonly message: string; readonly by: string }
  /** Steps inside it failed, which these are, by their names in the whole run. */
  | { readonly reason: 'steps-failed'; readonly message: string; readonly steps: readonly string[] }
  | { readonly reason: 'timed-out'; readonly afterMs: number }
  | { readonly reason: 'cancelled' }
  /** The thread died under the step. */
  | { readonly reason: 'thread-lost'; readonly message: string };

/** How a job ended. */
export type Outcome = (
  | { readonly ok: true; readonly output: EncodedValue }
  | { readonly ok: false; readonly failure: StepFailure }
) & { readonly warnings: readonly string[] };

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
