/** The events of a run become what is known of it, one by one. */
import type { RunEvent } from './event.ts';
import { ItemsRecord } from './items.ts';
import { isWithin, pathOf, withoutItems } from './nested.ts';
import type { RunRecord, StepRecord, StepStatus } from './record.ts';
import { MemoryContents } from './shared-memory.ts';
import { unreachable } from './unreachable.ts';

/** Takes one event into the record, in place: a run of 100,000 steps must not copy its map for each. */
export function fold(record: RunRecord, event: RunEvent): void {
  switch (event.kind) {
    case 'run-started':
      begin(record, event, new Map());
      return;
    case 'run-resumed':
      begin(record, event, new Map(event.kept.map((name) => [name, keptRecord(record, name)])));
      return;
    case 'level-started':
      return;
    case 'step-started': {
      const step = begun(record, event.step);
      step.status = 'running';
      step.attempt = event.attempt;
      step.language = event.language;
      if (event.action !== undefined) step.action = event.action;
      if (event.runtime !== undefined) step.runtime = event.runtime;
      if (event.isolation !== undefined) step.isolation = event.isolation;
      if (event.grants !== undefined) step.grants = event.grants;
      step.startedAt ??= event.at;
      return;
    }
    case 'step-pending': {
      const step = known(record, event.step);
      step.status = 'pending';
      delete step.answered;
      step.pending = { ...event.pending, ask: event.ask };
      return;
    }
    case 'step-answered': {
      const step = known(record, event.step);
      step.status = 'running';
      step.answered = event.answered;
      return;
    }
    case 'run-parked':
      record.status = 'parked';
      // All that is inside a step which still runs only waits, or the run would not have been parked.
      for (const step of record.steps.values()) if (step.status === 'running') step.status = 'pending';
      if (event.timedSince !== undefined) record.timedSince = event.timedSince;
      if (event.stepsTimedSince !== undefined) record.stepsTimedSince = event.stepsTimedSince;
      if (event.turns !== undefined) record.turns = event.turns;
      record.durationMs = event.durationMs;
      return;
    case 'step-printed':
      return;
    case 'step-warned': {
      const step = known(record, event.step);
      step.warnings = [...(step.warnings ?? []), event.message];
      return;
    }
    case 'step-retrying':
      if (event.item === undefined) known(record, event.step).status = 'retrying';
      else known(record, event.step).items?.retried(event.item, event.attempt);
      for (const name of event.inside ?? []) forget(record, name);
      return;
    case 'step-split':
      known(record, event.step).items = new ItemsRecord(event);
      return;
    case 'step-items':
      known(record, event.step).items?.take(event);
      return;
    case 'step-looping':
      if (event.item === undefined) known(record, event.step).turns = event.turn;
      for (const name of event.inside ?? []) forget(record, name);
      return;
    case 'step-succeeded': {
      const step = known(record, event.step);
      step.status = 'succeeded';
      step.output = event.output;
      if (event.cached !== undefined) step.cached = event.cached;
      step.usage = event.usage;
      step.durationMs = event.durationMs;
      return;
    }
    case 'step-failed': {
      const step = known(record, event.step);
      step.status = 'failed';
      step.failure = event.failure;
      if (event.ignored === true) step.ignored = true;
      step.usage = event.usage;
      step.durationMs = event.durationMs;
      return;
    }
    case 'step-cancelled': {
      const step = known(record, event.step);
      step.status = 'cancelled';
      step.durationMs = event.durationMs;
      return;
    }
    case 'step-skipped': {
      const step = known(record, event.step);
      step.status = 'skipped';
      step.skipped = event.because;
      return;
    }
    case 'lock-awaited':
    case 'lock-taken':
      return;
    case 'cap-changed':
      record.cap = event.cap;
      return;
    case 'memory-changed':
      record.memory ??= new MemoryContents();
      for (const change of event.changes) record.memory.apply(change);
      return;
    case 'run-returned':
      record.outputs = event.outputs;
      return;
    case 'run-stopping':
      record.stopped = event.reason;
      return;
    case 'run-settled':
      record.status = event.status;
      if (event.failure !== undefined) record.failure = event.failure;
      record.durationMs = event.durationMs;
      return;
    default:
      unreachable(event);
  }
}

function begin(
  record: RunRecord,
  event: RunEvent & { kind: 'run-started' | 'run-resumed' },
  kept: ReadonlyMap<string, StepRecord>,
): void {
  record.run = event.run;
  record.workflow = event.workflow;
  record.file = event.file;
  record.mode = event.mode;
  record.cap = event.cap;
  record.status = 'running';
  record.startedAt ||= event.at;
  delete record.stopped;
  delete record.durationMs;
  delete record.timedSince;
  delete record.stepsTimedSince;
  delete record.turns;
  delete record.failure;
  delete record.outputs;
  if (event.inputs !== undefined) record.inputs = event.inputs;
  record.steps.clear();
  event.levels.forEach((names, level) => {
    for (const name of names) {
      const before = kept.get(name);
      record.steps.set(
        name,
        before === undefined ? { name, level, status: 'waiting', attempt: 0 } : { ...before, level },
      );
    }
  });
  // What is inside items of steps.
  for (const [name, before] of kept) if (!record.steps.has(name) && isWithin(name)) record.steps.set(name, before);
}

/** Whoever folds from the resumption on knows no more than that it succeeded. */
function keptRecord(record: RunRecord, name: string): StepRecord {
  return record.steps.get(name) ?? { name, level: 0, status: 'succeeded', attempt: 0 };
}

/** In another turn of a loop nothing is left of the one before. */
function begun(record: RunRecord, name: string): StepRecord {
  const step = known(record, name);
  if (!SETTLED.has(step.status)) return step;
  const anew: StepRecord = { name, level: step.level, status: 'waiting', attempt: 0 };
  record.steps.set(name, anew);
  return anew;
}

const SETTLED: ReadonlySet<StepStatus> = new Set(['succeeded', 'failed', 'cancelled', 'skipped']);

/** What is inside an item is gone until it begins again. */
function forget({ steps }: RunRecord, name: string): void {
  const step = steps.get(name);
  if (step === undefined) return;
  if (name !== withoutItems(name)) steps.delete(name);
  else steps.set(name, { name, level: step.level, status: 'waiting', attempt: 0 });
}

function known(record: RunRecord, name: string): StepRecord {
  const step = record.steps.get(name);
  if (step !== undefined) return step;
  // What is inside an item of a step is known once it begins.
  const around = record.steps.get(pathOf(name)[0]!.replace(/\[\d+\]$/, ''));
  if (around === undefined || !isWithin(name))
    throw new Error(`Internal error: an event names step "${name}", which the run does not have`);
  const added: StepRecord = { name, level: around.level, status: 'waiting', attempt: 0 };
  record.steps.set(name, added);
  return added;
}
