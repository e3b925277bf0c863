/** What a run is given besides its plan. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { GivenInputs, TurnBegun } from '../model/event.ts';
import type { KeptItems } from '../model/items.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import type { JobSettings } from './job.ts';
import type { EarlierWait, LobbyOptions } from './lobby.ts';
import type { MachineProbe } from './machine-probe.ts';
import type { ParkRule } from './parking.ts';
import type { Recall } from './recall.ts';

export interface PlanRunOptions {
  readonly mode: ExecutionMode;
  readonly failureMode: FailureMode;
  /** At most so many steps at once; at least 1. */
  readonly cap: number;
  /** Asked about the machine where the cap goes down while that is busy. */
  readonly probe?: MachineProbe | undefined;
  /** The same with the steps inside others, where these are more than the mode lets run beside each other; absent for `cap`. */
  readonly places?: number;
  /** For the whole run; nothing means none. */
  readonly timeoutMs: number | undefined;
  readonly settings: Omit<JobSettings, 'workdir' | 'tmp' | 'secrets'>;
  /** Absent where no step names a secret. */
  readonly secrets?: () => Promise<JobSettings['secrets']>;
  /** Names of the host's environment that are secrets. */
  readonly hidden: ReadonlySet<string>;
  /** Values of all inputs that the workflow declares. */
  readonly inputs?: GivenInputs;
  /** The same as they may be shown and kept. */
  readonly shownInputs?: GivenInputs;
  /** Outputs of steps that succeeded before the run was resumed; absent where it is not. */
  readonly kept?: ReadonlyMap<string, EncodedValue>;
  /** What kept steps had printed last, where that is a variable. */
  readonly lastLines?: ReadonlyMap<string, string>;
  /** Of steps with steps inside them that were under way, the attempts that had failed. */
  readonly attempts?: ReadonlyMap<string, number> | undefined;
  /** What is known of the items of steps that are done again, by step. */
  readonly keptItems?: ReadonlyMap<string, KeptItems>;
  /** Whether a single step may have several items at once. */
  readonly parallelItems?: boolean;
  /** `HWFE_WORKDIR`, which is there and stays; nothing means a temporary one. */
  readonly workdir: string | undefined;
  /** Asked about steps that may be cached. */
  readonly recall?: Recall;
  /** Keys under which steps ran before, whose time and random numbers they get again. */
  readonly keys?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Whether steps are cached that do not say so. */
  readonly cacheDefault?: boolean;
  /** What steps waited for when the run was interrupted or parked. */
  readonly waits?: ReadonlyMap<string, EarlierWait> | undefined;
  /** Of a run that was parked, since when its time counts, and that of its steps by name, in milliseconds since the epoch. */
  readonly timedSince?: number | undefined;
  readonly stepsTimedSince?: ReadonlyMap<string, number> | undefined;
  /** The turns in which its loops waited. */
  readonly turns?: ReadonlyMap<string, TurnBegun> | undefined;
  /** What other processes say to it; absent where nobody can. */
  readonly letters?: LobbyOptions['letters'];
  /** When it parks; `never` where it could not be resumed. */
  readonly park?: ParkRule;
  /** Keeps a directory with files of a run that parks. */
  readonly keepRoom?: ((path: string) => Promise<void>) | undefined;
}
