/** What the engine and the commands ask of the memory of runs. */
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { CachedFrom, RunListener, Said } from '../model/event.ts';
import type { GivenOptions } from '../model/history.ts';
import type { Letter } from '../model/pending.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';

export interface RunStore extends AsyncDisposable {
  /** Never throws, never waits: what cannot be kept is told once, and the run goes on. */
  record(run: Beginning): Recording;
  /** Why runs cannot be remembered, as a sentence; nothing where they can. */
  trouble?(): Promise<string | undefined>;
}

export interface Beginning {
  readonly id: string;
  readonly plan: Plan;
  /** Absolute; where hwfe was started. */
  readonly cwd: string;
  readonly options: GivenOptions;
  /** Its earlier part is remembered under the same id. */
  readonly isResumed: boolean;
  /** Called when another process wishes the run to end. */
  readonly onWish: (wish: 'cancel' | 'kill') => void;
  /** Steps whose cached outputs do not count. */
  readonly refresh: readonly string[];
}

/** Takes one run's events. */
export interface Recording extends RunListener {
  /** Resolves when all events so far are on their way to the disk, as SQLite promises it, or cannot be. */
  kept(): Promise<void>;
  /** What an earlier run gave for the same; nothing where none did. Never rejects. */
  recall(
    step: Step,
    job: Job,
  ): Promise<{ readonly output: EncodedValue; readonly from: CachedFrom; readonly said?: Said } | undefined>;
  /** The key under which the output of a step that was asked for will be kept; nothing where it cannot be. */
  keyOf(step: Step): Uint8Array | undefined;
  /** What other processes have said to the run, those behind a letter with that number. Never rejects. */
  letters?(after: number): Promise<readonly Letter[]>;
  /** Takes the directory that its steps shared, as the run parks; it is there again when the run is resumed. Never rejects. */
  keepRoom?(path: string): Promise<void>;
  /** Called when a step that was asked for has succeeded, before its event. Never rejects. */
  done(step: Step, job: Job, output: EncodedValue): Promise<void>;
}
