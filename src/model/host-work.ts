/** What the engine does itself for a step that no thread does. */
import type { PlainValue } from './input.ts';
import type { Step, StepKind } from './step.ts';
import type { Template } from './template.ts';
import type { Workflow } from './workflow.ts';

export type HostWork =
  | { readonly kind: 'wait'; readonly forMs: number }
  | { readonly kind: 'wait_until'; readonly moment: Template }
  /** Exactly one of the two. */
  | { readonly kind: 'wait_for'; readonly file?: Template; readonly signal?: Template }
  | {
      readonly kind: 'human';
      readonly title: Template;
      readonly assignee?: Template;
      /** A JSON Schema; `openForm` is one with templates in it. */
      readonly form?: PlainValue;
      readonly openForm?: Template;
      /** What counts as said when the time is over: values that fit the form, or a rejection. */
      readonly default?: { readonly values: PlainValue } | 'rejected';
    }
  | NestedWork;

/** Steps inside a step: those of another file, or of the same. `inside` is what they are of. */
export type NestedWork =
  | { readonly kind: 'workflow'; readonly inside: Workflow }
  /** `callback` is the step among them that gets how all others ended. */
  | { readonly kind: 'group'; readonly inside: Workflow; readonly callback?: string }
  | { readonly kind: 'race'; readonly inside: Workflow; readonly settle: RaceRule };

/** What ends a race: a step that succeeds, or any that ends. */
export type RaceRule = 'first_success' | 'first_done';

export type HostKind = HostWork['kind'];

/** The field of a step that says what the engine is to do, by the kind of that. */
export const HOST_FIELDS: Readonly<Record<HostKind, string>> = {
  wait: 'wait',
  wait_until: 'wait_until',
  wait_for: 'wait_for',
  human: 'title',
  workflow: 'workflow',
  group: 'parallel',
  race: 'race',
};

/** Whether it holds no place of the cap while it lasts, since it only waits. */
export function onlyWaits(step: Step): boolean {
  return step.foreach === undefined && waitsInItems(step);
}

/** Whether it does nothing but wait; with items, for each of them. */
export function waitsInItems({ work }: Step): boolean {
  return work !== undefined && WAITS.has(work.kind);
}

const WAITS: ReadonlySet<HostKind> = new Set(['wait', 'wait_until', 'wait_for', 'human']);

export function isHostKind(kind: StepKind): kind is HostKind {
  return Object.hasOwn(HOST_FIELDS, kind);
}
