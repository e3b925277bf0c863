/** Finds pools and locks that steps take inside each other both ways round, so that two could wait for each other for ever. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { locksOf } from '../model/locks.ts';
import { nestedWork } from '../model/nested.ts';
import type { SourceFile } from '../model/source.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import { mistake } from './codes.ts';

/** Where one is taken inside another. */
interface Taking {
  readonly step: Step;
  readonly file: SourceFile;
}

type Takings = Map<string, Map<string, Taking>>;

/** At most one mistake, at the step that takes them the other way round. */
export function findCrossings(workflow: Workflow): readonly Diagnostic[] {
  const takings: Takings = new Map();
  gather(workflow, [], takings);
  for (const [outer, inners] of takings) {
    for (const [inner, { step, file }] of inners) {
      const back = wayFrom(inner, outer, takings);
      if (back === undefined) continue;
      const related =
        back.file.path === file.path
          ? [{ message: `${words(back.inner)} is taken inside ${words(inner)} here`, span: back.step.span }]
          : [];
      const message = `Take ${words(outer)} and ${words(inner)} in one order: step "${step.name}" takes ${words(inner)} inside ${words(outer)}, and others the other way round, so that each could wait for the other for ever`;
      return [mistake(file, 'crossing-pools', step.span, message, related)];
    }
  }
  return [];
}

function gather({ file, steps }: Workflow, around: readonly string[], takings: Takings): void {
  for (const step of steps) {
    const inside = nestedWork(step)?.inside;
    if (around.length === 0 && inside === undefined) continue;
    const own = takenBy(step, file);
    for (const outer of around) {
      for (const inner of own) {
        if (inner === outer) continue;
        const inners = takings.get(outer) ?? new Map<string, Taking>();
        takings.set(outer, inners);
        if (!inners.has(inner)) inners.set(inner, { step, file });
      }
    }
    if (inside !== undefined) gather(inside, own.length === 0 ? around : [...around, ...own], takings);
  }
}

/** A pool is of one file, a lock is the same everywhere. */
function takenBy(step: Step, file: SourceFile): readonly string[] {
  const pool = step.pool === undefined ? [] : [`pool\n${step.pool}\n${file.path}`];
  return [...pool, ...locksOf(step).map(({ name }) => `lock\n${name}`)];
}

/** The first step of the way; nothing where there is none. */
function wayFrom(start: string, target: string, takings: Takings): (Taking & { readonly inner: string }) | undefined {
  for (const [inner, taking] of takings.get(start) ?? []) {
    const seen = new Set<string>();
    const worklist = [inner];
    for (let next = worklist.pop(); next !== undefined; next = worklist.pop()) {
      if (next === target) return { ...taking, inner };
      if (seen.has(next)) continue;
      seen.add(next);
      worklist.push(...(takings.get(next)?.keys() ?? []));
    }
  }
  return undefined;
}

function words(taken: string): string {
  const [kind, name] = taken.split('\n');
  return `the ${kind} ${JSON.stringify(name)}`;
}
