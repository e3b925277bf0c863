/** Starts the steps inside a step. */
import type { StepFailure } from '../../runners/contract.ts';
import { nameWithin } from '../model/nested.ts';
import { locksOf } from '../model/locks.ts';
import { ok, type Result } from '../model/result.ts';
import type { ExecutionMode, FailureMode, Workflow } from '../model/workflow.ts';
import type { HostStep } from '../model/step.ts';
import type { NestedWork } from '../model/host-work.ts';
import { seenInside } from './inside.ts';
import { NestedRun } from './nested.ts';
import type { Kept } from './resuming.ts';
import type { Running } from './running.ts';
import type { HostBeginning, Start } from './start.ts';

export function openStep(step: HostStep, work: NestedWork, beginning: HostBeginning): Result<Running, StepFailure> {
  const { start, inside: plan } = beginning;
  if (plan === undefined) throw new Error(`Internal error: nothing is planned inside step "${step.name}"`);
  const opened = seenInside(step, plan, { ...beginning, facts: start.facts });
  if (!opened.ok) return opened;
  const { facts, settings, inputs } = opened.value;
  const { mode, failureMode } = rulesOf(work, start);
  const cap = work.kind === 'workflow' || start.isParallelInside ? capOf(work.inside) : 1;
  const places = start.places.within(cap, step.cost);
  const rooms = start.rooms.holding(beginning.held);
  const taken = locksOf(step).map(({ name }) => name);
  const locks = taken.length === 0 ? start.locks : new Set([...start.locks, ...taken]);
  const kept = keptWithin(step.name, start.kept);
  const isParallel = start.isParallelInside && mode !== 'sequential';
  const items = { ...start.items, places, isParallel, killsOnFailure: failureMode === 'kill' };
  const within = { ...start, plan, within: step.name, mode, failureMode, places, rooms, locks, items, facts };
  const starter = beginning.starterFor(within);
  const limits = [step.timeoutMs, work.inside.timeoutMs].filter((ms) => ms !== undefined);
  return ok(
    new NestedRun({
      name: step.name,
      work,
      plan,
      mode,
      failureMode,
      places,
      rooms,
      facts,
      starter,
      settings,
      inputs,
      timeoutMs: limits.length === 0 ? undefined : Math.min(...limits),
      kept,
      tell: start.tell,
    }),
  );
}

function capOf({ maxParallelSteps: cap }: Workflow): number {
  return typeof cap === 'number' && cap > 0 ? cap : Number.POSITIVE_INFINITY;
}

function rulesOf(work: NestedWork, start: Start): { readonly mode: ExecutionMode; readonly failureMode: FailureMode } {
  const { mode, failureMode } = work.inside;
  switch (work.kind) {
    case 'workflow':
      return { mode: mode ?? start.mode, failureMode: failureMode ?? start.failureMode };
    case 'group':
      return { mode: 'work-stealing', failureMode: failureMode ?? start.failureMode };
    case 'race':
      return { mode: 'work-stealing', failureMode: 'continue' };
  }
}

/** Of the steps right inside it, by their own names. */
function keptWithin(outer: string, kept: Kept | undefined): Kept | undefined {
  if (kept === undefined) return undefined;
  const begin = nameWithin(outer, '');
  const own = <T>(values: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(
      [...values].flatMap(([name, value]) => {
        const inner = name.startsWith(begin) ? name.slice(begin.length) : '';
        return inner === '' || inner !== inner.split('/', 1)[0] ? [] : [[inner, value] as const];
      }),
    );
  const outputs = own(kept.outputs);
  return outputs.size === 0 ? undefined : { outputs, lastLines: kept.lastLines && own(kept.lastLines) };
}
