/** What a step with another file inside it holds the steps of that file to. */
import { resolve } from 'node:path';
import { strictest } from '../model/isolation.ts';
import { nestedWork } from '../model/nested.ts';
import type { Permissions } from '../model/permissions.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step, StepLimits } from '../model/step.ts';

/** Where nothing is granted outside, nothing is inside, but for what the command line allows. */
const NOTHING: readonly Permissions[] = [{ from: 'workflow', read: [], write: [] }];

export interface Holder {
  readonly step: Step;
  /** Of its file, where its relative patterns start; absolute. */
  readonly directory: string;
  /** Of the file inside; absolute. */
  readonly inside: string;
}

/** The steps of the file inside may do no more than the step that they are inside of, use no more, and are kept apart as strictly. */
export function heldBy({ step, directory, inside }: Holder, workflow: Workflow): Workflow {
  const permissions = step.permissions.length === 0 ? NOTHING : step.permissions;
  const layers = directory === inside ? permissions : permissions.map((layer) => absolute(layer, directory));
  const hold = (one: Step): Step => {
    const work = nestedWork(one);
    const isolation = step.isolation === undefined ? one.isolation : strictest(step.isolation, one.isolation);
    const held = {
      ...one,
      permissions: [...layers, ...one.permissions],
      limits: tightest(step.limits, one.limits),
      ...(isolation !== undefined && { isolation }),
    };
    return work === undefined || held.work === undefined
      ? held
      : { ...held, work: { ...work, inside: holdAll(work.inside) } };
  };
  const holdAll = (all: Workflow): Workflow => ({ ...all, steps: all.steps.map(hold) });
  return holdAll(workflow);
}

/** Of each limit the lesser; 0, where it means none, is no limit. */
export function tightest(outer: StepLimits, inner: StepLimits): StepLimits {
  const limits = { ...inner };
  for (const [name, limit] of Object.entries(outer) as [keyof StepLimits, StepLimits[keyof StepLimits]][]) {
    if (limit === undefined) continue;
    const own = inner[name];
    if (own === undefined || (limit.value > 0 && (own.value === 0 || limit.value < own.value))) limits[name] = limit;
  }
  return limits;
}

function absolute({ read, write, ...rest }: Permissions, directory: string): Permissions {
  const within = (patterns: readonly string[]): readonly string[] =>
    patterns.map((pattern) => resolve(directory, pattern) + (pattern.endsWith('/') ? '/' : ''));
  return { ...rest, ...(read && { read: within(read) }), ...(write && { write: within(write) }) };
}
