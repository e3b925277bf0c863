/** Why a step of a run ran, was taken from the cache, failed or was skipped. */
import { decode } from '../../runners/value.ts';
import type { KeptValue, Manifest, PastRun, RunDefinition, StepDefinition } from '../model/history.ts';
import type { StepRecord } from '../model/record.ts';
import { changesBetween } from './changes.ts';
import { firstDifference } from './difference.ts';
import type { History } from './history.ts';

/** One thing that was otherwise in the earlier run. */
export interface Cause {
  /** `input load.prices[0]`, `file prices.json`, `env BY`. */
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
  /** Of an input: why the step ran that gave it. */
  readonly behind?: { readonly step: string; readonly causes: readonly Cause[] };
}

export interface Explanation {
  readonly step: StepRecord;
  /** Whether its output could have been taken from an earlier run. */
  readonly isCached: boolean;
  /** The nearest run that it is compared with; nothing where none did the step. */
  readonly earlier?: { readonly run: string; readonly causes: readonly Cause[] };
}

export function explain(history: History, run: PastRun, step: StepRecord): Explanation {
  const manifest = history.manifest(run.id, step.name);
  const isCached = manifest !== undefined;
  if (step.cached !== undefined) return { step, isCached };
  const earlier = isCached ? nearest(history, run, step.name, manifest) : previous(history, run, step.name);
  if (earlier === undefined) return { step, isCached };
  return { step, isCached, earlier: { run: earlier, causes: causesOf(history, step.name, earlier, run.id) } };
}

/** Of the earlier runs of this workflow, the one whose key differs in the fewest things; of several the newest. */
function nearest(history: History, run: PastRun, step: string, manifest: Manifest): string | undefined {
  let best: { run: string; differences: number } | undefined;
  for (const earlier of history.earlierKeys(run, step)) {
    const inputs = differing(earlier.manifest.inputs, manifest.inputs).length;
    const differences = differencesBetween(earlier.manifest, manifest).length + inputs;
    if (best === undefined || differences < best.differences) best = { run: earlier.run, differences };
  }
  return best?.run ?? previous(history, run, step);
}

function previous(history: History, run: PastRun, step: string): string | undefined {
  return history.runsBefore(run).find((earlier) => history.step(earlier, step)?.output !== undefined)?.id;
}

/** `seen` holds the steps whose causes are told already. */
function causesOf(history: History, step: string, before: string, after: string, seen = new Set<string>()): Cause[] {
  seen.add(step);
  const [a, b] = [history.manifest(before, step), history.manifest(after, step)];
  const [old, now] = [history.runNamed(before), history.runNamed(after)];
  const [oldDefinition, nowDefinition] = [old && history.definition(old), now && history.definition(now)];
  const causes: Cause[] = [];
  const changed = definitionCauses(oldDefinition, nowDefinition, step);
  causes.push(...changed);
  const isCode = changed.some(({ what }) => what === 'code' || what === 'module');
  for (const cause of a === undefined || b === undefined ? [] : differencesBetween(a, b)) {
    if (cause.what === 'code' && isCode) continue;
    if (cause.what === SENSES && changed.some(({ what }) => what === 'deterministic')) continue;
    if (!causes.some(({ what }) => what === cause.what)) causes.push(cause);
  }
  for (const input of stepOf(nowDefinition, step)?.dependsOn ?? []) {
    const cause = inputCause(history, input, [before, after], seen);
    if (cause !== undefined) causes.push(cause);
  }
  return causes;
}

const SENSES = 'time and random numbers';

/** Inputs aside. */
function differencesBetween(a: Manifest, b: Manifest): Cause[] {
  const causes: Cause[] = [];
  for (const field of ['language', 'runtime', 'isolation', 'version', 'call', 'workingDir'] as const) {
    if (a[field] !== b[field]) causes.push({ what: field, before: a[field], after: b[field] });
  }
  // Older manifests say nothing of it.
  if (a.senses !== b.senses)
    causes.push({ what: SENSES, before: (a.senses as string | undefined) ?? 'not known', after: b.senses });
  if (a.code !== b.code) causes.push({ what: 'code' });
  for (const field of ['packages', 'writes'] as const) {
    const [before, after] = [a[field].join(', '), b[field].join(', ')];
    if (before !== after) causes.push({ what: field, before, after });
  }
  for (const name of differing(a.env, b.env)) causes.push({ what: `env ${name}` });
  for (const path of differing(a.reads, b.reads))
    causes.push({ what: `file ${path}`, ...presence(a.reads, b.reads, path) });
  for (const name of differing(a.limits, b.limits)) {
    causes.push({
      what: `limits.${name}`,
      before: String(a.limits[name] ?? 'none'),
      after: String(b.limits[name] ?? 'none'),
    });
  }
  return causes;
}

function presence(a: Manifest['reads'], b: Manifest['reads'], path: string): Partial<Cause> {
  if (a[path] === undefined) return { before: 'not there', after: 'there' };
  return b[path] === undefined ? { before: 'there', after: 'not there' } : {};
}

function differing<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}

function definitionCauses(before: RunDefinition | undefined, after: RunDefinition | undefined, step: string): Cause[] {
  if (before === undefined || after === undefined) return [];
  const only = (definition: RunDefinition): RunDefinition => ({
    ...definition,
    steps: definition.steps.filter(({ name }) => name === step),
  });
  return changesBetween(only(before), only(after)).flatMap(({ fields, line }) =>
    fields.map((what) => ({ what, ...(what === 'code' && line) })),
  );
}

function inputCause(
  history: History,
  input: string,
  runs: readonly [string, string],
  seen: Set<string>,
): Cause | undefined {
  const [a, b] = runs.map((run) => outputOf(history, run, input));
  if (a === undefined || b === undefined || a.hash === b.hash) return undefined;
  const [before, after] = [history.value(a), history.value(b)];
  const found = before && after && firstDifference(decode(before), decode(after));
  const path =
    found === undefined || found.path === '' ? '' : found.path.startsWith('[') ? found.path : `.${found.path}`;
  const causes = seen.has(input) ? [] : causesOf(history, input, ...runs, seen);
  return {
    what: `input ${input}${path}`,
    ...(found && { before: found.before ?? 'not there', after: found.after ?? 'not there' }),
    behind: { step: input, causes },
  };
}

function outputOf(history: History, id: string, step: string): KeptValue | undefined {
  const run = history.runNamed(id);
  return run && history.step(run, step)?.output;
}

function stepOf(definition: RunDefinition | undefined, name: string): StepDefinition | undefined {
  return definition?.steps.find((step) => step.name === name);
}
