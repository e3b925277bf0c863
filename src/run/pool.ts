/** Where jobs run: the seam between a run and the threads, or whatever stands in for them. */
import type { Shared } from './sharing.ts';
import type { Isolation, Job, Language, Outcome, PrintedLine, Report, Runtime, Usage } from '../../runners/contract.ts';

export interface Pool extends AsyncDisposable {
  /** Starts what `threads` jobs of this kind at once will need, before they are there; for 0, what they need beside threads. */
  warm(kind: JobKind, threads: number): void;
  start(job: Job, context: JobContext): RunningJob;
  /** Whether jobs may have items. */
  readonly takesItems?: boolean;
}

/** What jobs have in common that may run in the same threads. */
export interface JobKind {
  readonly language: Language;
  readonly runtime: Runtime;
  readonly isolation: Isolation;
}

export interface JobContext {
  /** For the job's own time in its thread, boot not counted; it then ends as if stopped, with the outcome `timed-out`. */
  readonly timeoutMs: number | undefined;
  /** `place` is that of the item among those of the job. */
  onLines(lines: readonly PrintedLine[], place?: number): void;
  /** Of items, in their order, while others go on. */
  onSettled?(reports: readonly Report[]): void;
  /** Answers a step that has a part in the shared memory of its run. */
  readonly memory?: Shared | undefined;
}

export interface RunningJob {
  /** Never rejects, and no job is lost: a crashed thread is an outcome too. All lines were handed over before. */
  readonly finished: Promise<Finished>;
  /** Ends the job as fast as it cleanly can, with its processes; the outcome is `cancelled`, unless it was just done. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface Finished {
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** Of items that were not told before; absent where the job had none, or was lost. */
  readonly items?: readonly Report[];
}
