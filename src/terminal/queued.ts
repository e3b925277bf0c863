/** Knows of the steps inside steps which wait for nothing but room in their pool, since no event tells that. */
import { type NamedStep, nameWithin, withoutItems } from '../model/nested.ts';
import type { PlannedStep } from '../model/plan.ts';

export interface Queued {
  /** A step, or an item of one, has begun, and with it what is inside. */
  open(outer: string): void;
  close(outer: string): void;
  /** One inside it has begun, or will never. */
  begun(outer: string, inner: string): void;
  succeeded(outer: string, inner: string): void;
}

interface Layout {
  readonly steps: readonly PlannedStep[];
  readonly indexOf: ReadonlyMap<string, number>;
}

interface Opened extends Layout {
  /** How many steps each waits for yet, by index; those that have begun are left out. */
  readonly missing: Map<number, number>;
}

/** `change` is told by its name in the whole run which step waits so from now on, and which does no more. */
export function createQueued(all: readonly NamedStep[], change: (name: string, waits: boolean) => void): Queued {
  const layouts = new Map<string, Layout>();
  for (const { step, planned } of all) {
    const { steps = [] } = planned.inside ?? {};
    if (steps.some((inner) => inner.step.pool !== undefined))
      layouts.set(step.name, { steps, indexOf: new Map(steps.map((inner, index) => [inner.step.name, index])) });
  }
  const opened = new Map<string, Opened>();

  function openedBy(outer: string): Opened | undefined {
    if (layouts.size === 0) return undefined;
    const known = opened.get(outer);
    const layout = layouts.get(withoutItems(outer));
    if (known !== undefined || layout === undefined) return known;
    const added = {
      ...layout,
      missing: new Map(layout.steps.map(({ dependsOn }, index) => [index, dependsOn.length])),
    };
    opened.set(outer, added);
    for (const index of added.missing.keys()) tell(outer, added, index);
    return added;
  }

  function tell(outer: string, { steps, missing }: Opened, index: number): void {
    const { name, pool } = steps[index]!.step;
    if (pool !== undefined && missing.get(index) === 0) change(nameWithin(outer, name), true);
  }

  function forget(outer: string, { steps, missing }: Opened, index: number): void {
    if (missing.delete(index)) change(nameWithin(outer, steps[index]!.step.name), false);
  }

  return {
    open: (outer) => void openedBy(outer),
    close(outer) {
      const known = opened.get(outer);
      if (known === undefined) return;
      for (const index of known.missing.keys()) forget(outer, known, index);
      opened.delete(outer);
    },
    begun(outer, inner) {
      const known = openedBy(outer);
      if (known !== undefined) forget(outer, known, known.indexOf.get(inner)!);
    },
    succeeded(outer, inner) {
      const known = openedBy(outer);
      if (known === undefined) return;
      for (const index of known.steps[known.indexOf.get(inner)!]!.dependants) {
        const left = known.missing.get(index);
        if (left === undefined) continue;
        known.missing.set(index, left - 1);
        tell(outer, known, index);
      }
    },
  };
}
