/** What differs between two times that a step was, or is, to run. */
import type { EncodedValue } from '../../runners/contract.ts';
import { decode } from '../../runners/value.ts';
import type { GivenInputs } from '../model/event.ts';
import type { Manifest, RunDefinition } from '../model/history.ts';
import { changesBetween } from './changes.ts';
import { firstDifference } from './difference.ts';

/** One thing that was otherwise in the earlier run. */
export interface Cause {
  /** `input load.prices[0]`, `file prices.json`, `env BY`. */
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
  /** Of an input: why the step ran that gave it. */
  readonly behind?: { readonly step: string; readonly causes: readonly Cause[] };
}

/** A run, past or to come, as far as it is known. */
export interface Side {
  readonly definition: RunDefinition | undefined;
  /** Of the workflow, but secret ones. */
  readonly inputs: GivenInputs | undefined;
  manifest(step: string): Manifest | undefined;
  output(step: string): { readonly hash: string; read(): EncodedValue | undefined } | undefined;
}

/** `seen` holds the steps whose causes are told already. */
export function causesOf(before: Side, after: Side, step: string, seen: Set<string> = new Set()): Cause[] {
  seen.add(step);
  const [a, b] = [before.manifest(step), after.manifest(step)];
  const causes: Cause[] = [];
  const changed = definitionCauses(before.definition, after.definition, step);
  // Each of its entries is named on its own where they are known.
  const entries = a === undefined || b === undefined ? [] : differing(a.env, b.env);
  causes.push(...changed.filter(({ what }) => what !== 'env' || entries.length === 0));
  const isCode = changed.some(({ what }) => what === 'code' || what === 'module');
  for (const cause of a === undefined || b === undefined ? [] : differencesBetween(a, b)) {
    if (cause.what === 'code' && isCode) continue;
    if (cause.what === SENSES && changed.some(({ what }) => what === 'deterministic')) continue;
    if (!causes.some(({ what }) => what === cause.what)) causes.push(cause);
  }
  const inputs = after.definition?.steps.find(({ name }) => name === step)?.dependsOn ?? [];
  for (const input of inputs) {
    const cause = inputCause(before, after, input, seen);
    if (cause !== undefined) causes.push(cause);
  }
  if (a !== undefined && b !== undefined) causes.push(...computedCauses([before, after], [a, b], inputs));
  return causes;
}

/** Inputs that the step computes, and what of the workflow's inputs they may come from. */
function computedCauses(
  [before, after]: readonly [Side, Side],
  [a, b]: readonly [Manifest, Manifest],
  dependsOn: readonly string[],
): Cause[] {
  const names = differing(a.inputs, b.inputs).filter((name) => !dependsOn.includes(name));
  if (names.length === 0) return [];
  const [old, now] = [before.inputs ?? {}, after.inputs ?? {}];
  const text = (value: unknown): string => (value === undefined ? 'not there' : JSON.stringify(value));
  const given = differing(old, now).filter((name) => text(old[name]) !== text(now[name]));
  return [
    ...names.map((name) => ({ what: `input ${name}` })),
    ...given.map((name) => ({ what: `inputs.${name}`, before: text(old[name]), after: text(now[name]) })),
  ];
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

/** In how many things two keys differ. */
export function distance(a: Manifest, b: Manifest): number {
  return differencesBetween(a, b).length + differing(a.inputs, b.inputs).length;
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

function inputCause(before: Side, after: Side, input: string, seen: Set<string>): Cause | undefined {
  const [a, b] = [before.output(input), after.output(input)];
  if (a === undefined || b === undefined || a.hash === b.hash) return undefined;
  const [old, now] = [a.read(), b.read()];
  const found = old && now && firstDifference(decode(old), decode(now));
  const path =
    found === undefined || found.path === '' ? '' : found.path.startsWith('[') ? found.path : `.${found.path}`;
  const causes = seen.has(input) ? [] : causesOf(before, after, input, seen);
  return {
    what: `input ${input}${path}`,
    ...(found && { before: found.before ?? 'not there', after: found.after ?? 'not there' }),
    behind: { step: input, causes },
  };
}
