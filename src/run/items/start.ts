/** Starts a step that is done for each of its items. */
import type { EncodedValue, Job, StepFailure } from '../../../runners/contract.ts';
import { pieces } from '../../../runners/value.ts';
import type { Happening } from '../../model/event.ts';
import type { KeptItems } from '../../model/items.ts';
import { actsOf } from '../../model/permissions.ts';
import { fail, ok, type Result } from '../../model/result.ts';
import { type CodeStep, isCode, type Step } from '../../model/step.ts';
import type { Foreach } from '../../model/foreach.ts';
import { waitsInItems } from '../../model/host-work.ts';
import { beginningOf } from '../attempts.ts';
import type { Facts } from '../facts.ts';
import { jobFor, type JobSettings, runtimeOf } from '../job.ts';
import { maskedFailure } from '../masking.ts';
import type { Places } from '../places.ts';
import type { Pool } from '../pool.ts';
import { LOCK } from '../room.ts';
import type { RetryRule } from '../retry.ts';
import type { Running } from '../running.ts';
import type { Local } from '../scope.ts';
import { BoundedPlaces, type Bounds, type ItemPlaces } from './bounded-places.ts';
import { ItemsRun } from './items-run.ts';
import { findItems } from './list.ts';
import { itemsTogether } from './together.ts';
import { type ItemView, viewsOf } from './view.ts';
import type { ItemsTogether, ItemWork } from './work.ts';

/** What a run has for the items of its steps. */
export interface ItemSettings {
  /** Of the plan that the step is in. */
  readonly places: Places;
  /** Whether a single step may take more than its own place. */
  readonly isParallel: boolean;
  readonly killsOnFailure: boolean;
  /** What is known of earlier parts of the run, by step. */
  readonly kept: ReadonlyMap<string, KeptItems> | undefined;
}

interface Starting {
  readonly facts: Facts;
  readonly settings: JobSettings;
  readonly items: ItemSettings;
  /** Of all its items. */
  readonly inputs: ReadonlyMap<string, EncodedValue>;
  readonly pool: Pool;
  /** Beside the places. */
  readonly bounds: Bounds;
  readonly tell: (happening: Happening) => void;
  readonly retryRule: (local: Local) => RetryRule | undefined;
  readonly start: (view: ItemView) => Result<Running, StepFailure>;
}

export function startItems(
  step: Step & { readonly foreach: Foreach },
  starting: Starting,
): Result<Running, StepFailure> {
  const { facts, settings, items, bounds, tell, start } = starting;
  const { foreach } = step;
  const job = isCode(step) ? jobFor(step, 1, new Map(), settings) : undefined;
  const isHosts = runtimeOf(step, settings.runners) === 'native';
  const found = findItems(foreach, {
    value: (template) => facts.value(template, step),
    directory: isHosts && job !== undefined ? job.cwd : settings.directory,
    isConfined: !isHosts || job?.isolation === 'os',
  });
  if (!found.ok) return fail(found.error);
  const list = found.value;
  const { whole } = list;
  const shown = settings.secrets.masking?.value(whole) ?? whole;
  const { only } = foreach;
  if (only !== undefined) {
    const alone = viewsOf(step, { list, places: items.places, isSame: () => true, tell });
    if (only < list.length) return start({ ...alone(only, 1), name: step.name, tell });
    const message = `The step has no item ${only}: there are ${list.length}, the first of them with the number 0`;
    return fail({ reason: 'expression', message, expression: '' });
  }
  const most = items.isParallel ? (foreach.maxConcurrent ?? Number.POSITIVE_INFINITY) : 1;
  const places = items.places.within(most * bounds.cost, bounds.cost);
  // Behind the stars may be something else now.
  const known = shown === whole ? items.kept?.get(step.name) : undefined;
  const isSame = sameAs(known, shown);
  const viewOf = viewsOf(step, { list, places, isSame, tell });
  const lanes = Math.min(most, atOnce(items.places, bounds));
  const together = job && togetherFor(step as CodeStep, job, viewOf, lanes, starting);
  const waits = waitsInItems(step);
  const work: ItemWork = {
    start: (index, attempt) => {
      const view = viewOf(index, attempt);
      const started = start(view);
      return waits && started.ok ? ok(tellingEnd(started.value, view.name, tell)) : started;
    },
    ...(together && { together }),
  };
  return ok(
    new ItemsRun({
      step: step.name,
      foreach,
      items: list,
      shown,
      kept: new Map([...(known?.outputs ?? [])].filter(([index]) => isSame(index))),
      work,
      places: boundedBy(bounds, places),
      onlyWaits: waits,
      limits: job?.limits,
      killsOnFailure: items.killsOnFailure,
      begin: () =>
        tell(job === undefined ? hostBeginning(step) : beginningOf(step as Step & { work?: undefined }, job)),
      tell,
    }),
  );
}

/** Nothing where items have to go one by one, since what they do cannot be done twice, or is not known to their thread alone. */
function togetherFor(
  step: CodeStep,
  job: Job,
  viewOf: (index: number, attempt: number) => ItemView,
  lanes: number,
  { pool, inputs, facts, settings, bounds, tell, retryRule }: Starting,
): ItemsTogether | undefined {
  const { limits, grants, runtime, isolation } = job;
  const isOpen = actsOf(grants?.layers ?? []).some((act) => act !== 'read');
  const isWatched = (limits.wall ?? limits.cpu) !== undefined;
  const isOwn =
    (step.loop ?? step.computedEnv ?? step.secrets ?? job.prompt) !== undefined || step.sharesMemory === true;
  const isThreads = runtime === 'embedded' && isolation === 'thread' && pool.takesItems === true;
  // Each has to start at its time.
  const isPaced = bounds.paces.length > 0;
  if (!isThreads || isOpen || isWatched || isOwn || isPaced) return undefined;
  const all = Object.entries(step.inputs ?? {});
  const withInputs = (constant: boolean): CodeStep => ({
    ...step,
    inputs: Object.fromEntries(all.filter(([, template]) => (template.kind === 'constant') === constant)),
  });
  const shared = facts.prepare(withInputs(true), inputs);
  if (!shared.ok) return undefined;
  const own = withInputs(false);
  return itemsTogether({
    pool,
    job: { ...job, inputs: shared.value.inputs },
    timeoutMs: step.timeoutMs,
    lanes,
    masking: settings.secrets.masking,
    retrying: step.retry,
    retryRule: (index) => retryRule(viewOf(index, 1).local),
    inputsOf: (index) => {
      const { local, raw } = viewOf(index, 1);
      const { masking, values } = settings.secrets;
      const ready = maskedFailure(facts.prepare(own, NO_INPUTS, local, values, raw), masking);
      return ready.ok ? ok(ready.value.inputs) : ready;
    },
    tell: (item, happening) => tell({ ...happening, step: step.name, item }),
  });
}

const NO_INPUTS: ReadonlyMap<string, EncodedValue> = new Map();

/** Most steps have no other bounds. */
function boundedBy(bounds: Bounds, places: Places): ItemPlaces {
  const { held, paces, cost } = bounds;
  return held.size === 0 && paces.length === 0 && cost === 1 ? places : new BoundedPlaces(places, bounds);
}

/** So many items may run at once as far as the cap and the pool go. */
function atOnce(places: Places, { held, cost }: Bounds): number {
  const rooms = [...held].flatMap(([key, room]) => (key.startsWith(LOCK) ? [] : [room.places.cap]));
  return Math.max(1, Math.floor(Math.min(places.cap, ...rooms) / cost));
}

function hostBeginning({ name: step, language }: Step): Happening {
  return { kind: 'step-started', step, language, attempt: 1 };
}

/** Its end is told before that of the item. */
function tellingEnd(running: Running, step: string, tell: (happening: Happening) => void): Running {
  const finished = running.finished.then((end) => {
    const { durationMs, attempt } = end;
    const common = { step, attempt, durationMs };
    if (end.how === 'succeeded') tell({ kind: 'step-succeeded', ...common, output: end.output, usage: end.usage });
    else if (end.how === 'failed') tell({ kind: 'step-failed', ...common, failure: end.failure, usage: end.usage });
    else tell({ kind: 'step-cancelled', ...common });
    return end;
  });
  return {
    finished,
    stop: () => running.stop(),
    kill: () => running.kill(),
    isPending: () => running.isPending?.() === true,
  };
}

/** Whether an item is what it was in an earlier part of the run. */
function sameAs(kept: KeptItems | undefined, shown: EncodedValue): (index: number) => boolean {
  if (kept === undefined) return () => false;
  if (Buffer.compare(kept.items, shown) === 0) return () => true;
  const [before, now] = [pieces(kept.items), pieces(shown)];
  return (index) =>
    before !== undefined &&
    now !== undefined &&
    index < Math.min(before.length, now.length) &&
    Buffer.compare(before.at(index), now.at(index)) === 0;
}
