/** What the engine and the commands ask of the memory of runs. */
import type { RunListener } from '../model/event.ts';
import type { GivenOptions } from '../model/history.ts';
import type { Plan } from '../model/plan.ts';

export interface RunStore extends AsyncDisposable {
  /** Never throws, never waits: what cannot be kept is told once, and the run goes on. */
  record(run: Beginning): Recording;
}

export interface Beginning {
  readonly id: string;
  readonly plan: Plan;
  /** Absolute; where hwfe was started. */
  readonly cwd: string;
  readonly options: GivenOptions;
  /** Its earlier part is remembered under the same id. */
  readonly isResumed: boolean;
}

/** Takes one run's events. */
export interface Recording extends RunListener {
  /** Resolves when all events so far are on their way to the disk, as SQLite promises it, or cannot be. */
  kept(): Promise<void>;
}
