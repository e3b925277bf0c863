/** What `fallback`, `on_failure` and `finally` mean for the steps that they name: dependencies, rules and inputs. */
import { didYouMean } from '../model/nearest.ts';
import type { Span } from '../model/source.ts';
import type { Template } from '../model/template.ts';
import type { Dependency, Step } from '../model/step.ts';
import type { Outline } from '../model/outline.ts';
import type { Word } from './fields/collections.ts';
import type { Mentions } from './mentions.ts';
import type { Mistakes } from './mistakes.ts';

export interface EndHandlers {
  readonly onFailure: readonly Word[];
  readonly finally: readonly Word[];
}

interface Change {
  readonly needs: Dependency[];
  readonly step: Partial<Step>;
}

type Graph = Pick<Outline, 'steps'>;

/** The steps as they are to run. Nothing is copied where no step is named. */
export function withHandlers(
  steps: readonly Step[],
  outline: Graph['steps'],
  ends: EndHandlers,
  mentions: Mentions,
  mistakes: Mistakes,
): { readonly steps: readonly Step[]; readonly outline: Graph['steps'] } {
  const handled = steps.filter(
    ({ fallback, onFailure, compensate }) => (fallback ?? onFailure ?? compensate) !== undefined,
  );
  if (handled.length + ends.onFailure.length + ends.finally.length === 0) return { steps, outline };
  const known = new Map(outline.map((step) => [step.name, step]));
  const changes = new Map<string, Change>();
  const changeOf = (name: string): Change => {
    const change = changes.get(name) ?? { needs: [], step: {} };
    changes.set(name, change);
    return change;
  };
  const isThere = (name: string, span: Span, what: string, by?: string): boolean => {
    if (known.has(name)) return true;
    const others = [...known.keys()].filter((one) => one !== by);
    const message = `${what} names step "${name}", which does not exist${didYouMean(name, others)}`;
    mistakes.add('unknown-name', span, message);
    return false;
  };
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const step of handled) {
    const { name, fallback } = step;
    if (fallback === undefined) continue;
    const span = mentions.spanOf(step, 'fallback', fallback);
    if (!isThere(fallback, span, `"fallback" of step "${name}"`, name)) continue;
    const others = known.get(fallback)!.dependsOn.filter((one) => one.name !== name);
    const taken = handled.find((one) => one.fallback === fallback && one.name !== name);
    if (fallback === name || others.length > 0 || taken !== undefined || byName.get(fallback)?.runIf !== undefined) {
      const message = `Let the fallback "${fallback}" of step "${name}" be a step of its own: it may depend on "${name}" only, has no "run_if", and is the fallback of one step`;
      mistakes.add('bad-condition', span, message);
      continue;
    }
    changeOf(fallback).needs.push({ name, span });
  }
  for (const [handler, from] of failuresFor(handled, mentions)) {
    if (!from.every(({ name, span }) => isThere(handler, span, `"on_failure" of step "${name}"`, name))) continue;
    const change = changeOf(handler);
    change.needs.push(...from);
    const errors = from.map(({ name }) => `steps[${JSON.stringify(name)}].error`).join(', ');
    Object.assign(change.step, asHandler(byName.get(handler), `[${errors}].filter(e, e != null)[0]`, 'failure'));
  }
  addEnds(ends, { steps, byName, changeOf, isThere, mentions, mistakes });
  return { steps: steps.map((step) => changed(step, changes)), outline: outline.map((step) => changed(step, changes)) };
}

/** The steps whose failure each handler gets. */
function failuresFor(steps: readonly Step[], mentions: Mentions): ReadonlyMap<string, readonly Dependency[]> {
  const found = new Map<string, Dependency[]>();
  for (const step of steps) {
    for (const handler of step.onFailure ?? []) {
      const span = mentions.spanOf(step, 'on_failure', handler);
      found.set(handler, [...(found.get(handler) ?? []), { name: step.name, span }]);
    }
  }
  return found;
}

/** What a step already says of itself stands. */
function asHandler(step: Step | undefined, expression: string, input: string): Partial<Step> {
  const failure: Template = { kind: 'expression', expression: { text: expression, line: 0 } };
  return {
    ...(step?.runIf === undefined && { runIf: { rule: 'one_failed' } }),
    inputs: { [input]: failure, ...step?.inputs },
  };
}

interface Around {
  readonly steps: readonly Step[];
  readonly byName: ReadonlyMap<string, Step>;
  readonly changeOf: (name: string) => Change;
  readonly isThere: (name: string, span: Span, what: string, by?: string) => boolean;
  readonly mentions: Mentions;
  readonly mistakes: Mistakes;
}

/** They wait for all steps that no other waits for; those that are skipped early leave others running, for which `atEnd` waits. */
function addEnds(ends: EndHandlers, around: Around): void {
  const { steps, byName, changeOf, isThere, mentions } = around;
  const onFailure = ends.onFailure.filter(({ text, span }) => isThere(text, span, '"on_failure" of the workflow'));
  const last = ends.finally.filter(({ text, span }) => isThere(text, span, '"finally" of the workflow'));
  const undone = inReverse(steps).filter(
    (step) =>
      step.compensate !== undefined &&
      isThere(
        step.compensate,
        mentions.spanOf(step, 'compensate', step.compensate),
        `"compensate" of step "${step.name}"`,
        step.name,
      ),
  );
  if (onFailure.length + last.length + undone.length === 0) return;
  const compensations = undone.map(({ compensate }) => compensate!);
  const handlers = new Set([...[...onFailure, ...last].map(({ text }) => text), ...compensations]);
  const others = steps.filter(({ name }) => !handlers.has(name));
  const needed = new Set(others.flatMap(({ dependsOn }) => dependsOn.map(({ name }) => name)));
  for (const { name, fallback, onFailure: own = [] } of others) {
    // These wait for the step that names them.
    if (fallback !== undefined || own.length > 0) needed.add(name);
  }
  const sinks = others.filter(({ name }) => !needed.has(name)).map(({ name }) => name);
  for (const { text, span } of onFailure) {
    const change = changeOf(text);
    const own = byName.get(text);
    change.needs.push(...sinks.map((name) => ({ name, span })));
    const condition = own?.condition === undefined ? 'run.failed' : `run.failed && (${own.condition.text})`;
    const failures: Template = { kind: 'expression', expression: { text: 'run.failures', line: 0 } };
    Object.assign(change.step, {
      runIf: { rule: 'all_done' },
      condition: { text: condition, line: own?.condition?.line ?? 0 },
      inputs: { failures, ...own?.inputs },
      takesFrom: own?.dependsOn.map(({ name }) => name) ?? [],
      atEnd: true,
    });
  }
  addCompensations(undone, sinks, around);
  for (const { text, span } of last) {
    const change = changeOf(text);
    const before = [...sinks, ...onFailure.map((one) => one.text), ...compensations];
    change.needs.push(...before.map((name) => ({ name, span })));
    const takesFrom = byName.get(text)?.dependsOn.map(({ name }) => name) ?? [];
    Object.assign(change.step, { runIf: { rule: 'always' }, takesFrom, atEnd: true });
  }
}

/** One after the other, what was done last first. */
function addCompensations(
  undone: readonly Step[],
  sinks: readonly string[],
  { byName, changeOf, mentions, mistakes }: Around,
): void {
  const taken = new Set<string>();
  let before = sinks;
  for (const step of undone) {
    const { name } = step;
    const undo = step.compensate!;
    const span = mentions.spanOf(step, 'compensate', undo);
    if (undo === name || taken.has(undo)) {
      const message = `Give step "${name}" a "compensate" of its own: "${undo}" ${undo === name ? 'is the step itself' : 'undoes another step'}`;
      mistakes.add('bad-condition', span, message);
      continue;
    }
    taken.add(undo);
    const own = byName.get(undo);
    const change = changeOf(undo);
    change.needs.push({ name, span }, ...before.map((one) => ({ name: one, span })));
    const isDue = `(run.failed || run.stopped) && steps[${JSON.stringify(name)}].status == "succeeded"`;
    Object.assign(change.step, {
      runIf: { rule: 'always' },
      condition: { text: own?.condition === undefined ? isDue : `${isDue} && (${own.condition.text})`, line: 0 },
      takesFrom: [name, ...(own?.dependsOn.map((one) => one.name) ?? [])],
      atEnd: true,
    });
    before = [undo];
  }
}

/** Each step before all that it depends on; a circle, which is told elsewhere, in some order. */
function inReverse(steps: readonly Step[]): readonly Step[] {
  if (steps.every(({ compensate }) => compensate === undefined)) return [];
  const byName = new Map(steps.map((step) => [step.name, step]));
  const seen = new Set<string>();
  const order: Step[] = [];
  for (const root of steps) {
    const walk: { readonly step: Step; next: number }[] = seen.has(root.name) ? [] : [{ step: root, next: 0 }];
    seen.add(root.name);
    for (let frame = walk.at(-1); frame !== undefined; frame = walk.at(-1)) {
      const dependency = frame.step.dependsOn[frame.next++];
      if (dependency === undefined) {
        order.push(frame.step);
        walk.pop();
        continue;
      }
      const step = byName.get(dependency.name);
      if (step === undefined || seen.has(step.name)) continue;
      seen.add(step.name);
      walk.push({ step, next: 0 });
    }
  }
  return order.reverse();
}

function changed<T extends { readonly name: string; readonly dependsOn: readonly Dependency[] }>(
  step: T,
  changes: ReadonlyMap<string, Change>,
): T {
  const change = changes.get(step.name);
  if (change === undefined) return step;
  const had = new Set(step.dependsOn.map(({ name }) => name));
  const dependsOn = [...step.dependsOn];
  for (const need of change.needs) {
    if (had.has(need.name)) continue;
    had.add(need.name);
    dependsOn.push(need);
  }
  return { ...step, ...('retry' in step ? change.step : {}), dependsOn };
}
