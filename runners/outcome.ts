/** How an attempt ended: what it hands on or how it failed, with what it used. */

/**
 * A value as it travels: canonical JSON text in UTF-8 (`runners/value.ts`). Large ones sit in a
 * `SharedArrayBuffer`, so that handing one on costs nothing; never a view on a pooled Buffer.
 */
export type EncodedValue = Uint8Array;

export interface Position {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, where the language tells. */
  readonly column?: number;
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
  | {
      readonly reason: 'steps-failed';
      readonly message: string;
      readonly steps: readonly string[];
      /** Another attempt at all of them could not end otherwise. */
      readonly isFinal?: true;
    }
  | { readonly reason: 'timed-out'; readonly afterMs: number }
  | { readonly reason: 'cancelled' }
  /** The thread died under the step. */
  | { readonly reason: 'thread-lost'; readonly message: string };

/** How a job ended. */
export type Outcome = (
  | { readonly ok: true; readonly output: EncodedValue }
  | { readonly ok: false; readonly failure: StepFailure }
) & { readonly warnings: readonly string[] };
