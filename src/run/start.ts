/** What starting a step takes, and who does it. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import type { Happening } from '../model/event.ts';
import { named } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { Result } from '../model/result.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import type { Facts } from './facts.ts';
import type { Deadlines } from './deadlines.ts';
import type { Filling } from './filling.ts';
import type { ItemSettings } from './items/start.ts';
import type { JobSettings } from './job.ts';
import type { Lobby } from './lobby.ts';
import type { Pace } from './pace.ts';
import type { Places } from './places.ts';
import type { Pool } from './pool.ts';
import type { Recall } from './recall.ts';
import type { Held } from './room.ts';
import type { RetryRule } from './retry.ts';
import type { Rooms } from './rooms.ts';
import type { Kept } from './resuming.ts';
import type { Local } from './scope.ts';
import type { Running } from './running.ts';
import type { TurnsBegun } from './turns.ts';

export interface Start {
  readonly pool: Pool;
  readonly tell: (happening: Happening) => void;
  /** The plan whose steps are started. */
  readonly plan: Plan;
  /** The name of the step that they are inside of, in the whole run. */
  readonly within: string | undefined;
  /** Of the steps; what is inside one has the same unless it says otherwise. */
  readonly mode: ExecutionMode;
  readonly failureMode: FailureMode;
  readonly places: Places;
  readonly rooms: Rooms;
  readonly lobby: Lobby;
  readonly deadlines: Deadlines;
  readonly turns: TurnsBegun;
  /** Locks that are had already by what the steps are in. */
  readonly locks: ReadonlySet<string>;
  /** Whether the steps inside a step may take more than its own place. */
  readonly isParallelInside: boolean;
  /** Of the whole run, what an earlier part of it gave. */
  readonly kept: Kept | undefined;
  /** Where something has to be computed. */
  readonly facts: Facts | undefined;
  readonly recall: Recall | undefined;
  readonly cacheDefault: boolean;
  readonly items: ItemSettings;
  /** Keys under which steps ran, by name. */
  readonly keys: ReadonlyMap<string, Uint8Array> | undefined;
}

/** For what has nothing to do with what an earlier part of the run gave. */
export function anew(start: Start): Start {
  return { ...start, kept: undefined, items: { ...start.items, kept: undefined } };
}

/** The step as it is called in the whole run. */
export function namedIn({ within }: Start, step: Step): Step {
  return within === undefined ? step : named(step, within);
}

/** What a step was let in by. */
export interface Entered {
  /** That of its pool. */
  readonly pace: Pace | undefined;
  readonly held: () => Held;
}

export interface Starter {
  /** `skipped` where its condition is false. */
  start(
    step: Step,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    entered?: Entered,
  ): Result<Running | 'skipped', StepFailure>;
}

/** What a step of the engine's own work begins with. */
export interface HostBeginning {
  readonly inputs: ReadonlyMap<string, EncodedValue>;
  readonly settings: JobSettings;
  readonly start: Start;
  /** The step's name among the steps of its plan. */
  readonly own: string;
  /** Of the steps inside it. */
  readonly inside: Plan | undefined;
  /** What the step has of pools and locks, for what is inside it. */
  readonly held: Held;
  readonly starterFor: (start: Start) => Starter;
  readonly filling: Filling;
  /** Of what is tried again as a whole. */
  readonly retryRule: RetryRule | undefined;
  /** By which further attempts start. */
  readonly paces: readonly Pace[] | undefined;
  /** Its names, for what is inside. */
  readonly item: Local | undefined;
}
