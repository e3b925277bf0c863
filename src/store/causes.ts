/** What differs between two times that a step was, or is, to run. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { GivenInputs } from '../model/event.ts';
import type { Manifest, RunDefinition, StepDefinition } from '../model/history.ts';
import { changesBetween } from './changes.ts';
import { compare, cut } from './difference.ts';

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
  /** What a step got under a name of its own; nothing where it is not known any more. */
  input(step: string, name: string): EncodedValue | undefined;
  /** The same of an entry of its environment. */
  entry(step: string, name: string): string | undefined;
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
  if (a !== undefined && b !== undefined) causes.push(...entryCauses([before, after], [a, b], step));
  for (const cause of a === undefined || b === undefined ? [] : differencesBetween(a, b)) {
    if (cause.what === 'code' && isCode) continue;
    if (cause.what === SENSES && changed.some(({ what }) => what === 'deterministic')) continue;
    if (!causes.some(({ what }) => what === cause.what)) causes.push(cause);
  }
  const inputs = stepOf(after.definition, step)?.dependsOn ?? [];
  for (const input of inputs) {
    const cause = inputCause(before, after, input, seen);
    if (cause !== undefined) causes.push(cause);
  }
  if (a !== undefined && b !== undefined) causes.push(...computedCauses([before, after], [a, b], step, inputs));
  return causes;
}

/** Inputs that the step computes, and what of the workflow's inputs they come from. */
function computedCauses(
  [before, after]: readonly [Side, Side],
  [a, b]: readonly [Manifest, Manifest],
  step: string,
  dependsOn: readonly string[],
): Cause[] {
  const names = differing(a.inputs, b.inputs).filter((name) => !dependsOn.includes(name));
  const [old, now] = [before.inputs ?? {}, after.inputs ?? {}];
  const text = (value: unknown): string => (value === undefined ? NOT_THERE : cut(JSON.stringify(value)));
  const templates = JSON.stringify([before, after].map(({ definition }) => stepOf(definition, step)?.inputs));
  const secret = [before, after].flatMap(({ definition }) => definition?.inputs?.filter((one) => one.secret) ?? []);
  const given = differing(old, now).filter(
    (name) =>
      names.length > 0 &&
      text(old[name]) !== text(now[name]) &&
      mentions(templates, name) &&
      !secret.some((one) => one.name === name),
  );
  return [
    ...names.map((name) => {
      const isHidden = [a, b].some(({ inputs }) => inputs[name] === SECRET);
      const values = isHidden ? [] : [before.input(step, name), after.input(step, name)];
      return differenceOf(`input ${name}`, values[0], values[1]);
    }),
    ...given.map((name) => ({ what: `inputs.${name}`, before: text(old[name]), after: text(now[name]) })),
  ];
}

/** All inputs together have each among them. */
function mentions(templates: string, input: string): boolean {
  return new RegExp(String.raw`\binputs\b(?!\s*\.)|\binputs\s*\.\s*${input}\b`).test(templates);
}

/** Entries of the environment, in which the words of a command that are computed come as well. */
function entryCauses(
  [before, after]: readonly [Side, Side],
  [a, b]: readonly [Manifest, Manifest],
  step: string,
): Cause[] {
  return differing(a.env, b.env).map((name) => {
    const what = `env ${name}`;
    if ([a, b].some(({ env }) => env[name] === SECRET)) return { what };
    const [old, now] = [before, after].map((side) => side.entry(step, name));
    const [was, is] = [a, b].map(({ env }) => env[name] !== undefined);
    if ((was && old === undefined) || (is && now === undefined)) return { what };
    const shown = (text: string | undefined): string => (text === undefined ? NOT_THERE : cut(text));
    return { what: wordOf(after.definition, step, name) ?? what, before: shown(old), after: shown(now) };
  });
}

/** A template within a command, as the file has it. */
function wordOf(definition: RunDefinition | undefined, step: string, entry: string): string | undefined {
  const template = stepOf(definition, step)?.computedEnv?.[entry];
  return WORD.test(entry) && template?.kind === 'expression' ? `{{ ${template.expression.text} }}` : undefined;
}

/** What `cmd` calls the values of its templates. */
const WORD = /^HWFE_WORD_\d+$/;

/** Where each is known and they are not the same. */
function differenceOf(what: string, before: EncodedValue | undefined, after: EncodedValue | undefined): Cause {
  const found = before && after && compare(before, after);
  if (found === undefined) return { what };
  const { path } = found;
  const separator = path === '' || path.startsWith('[') ? '' : '.';
  return {
    what: `${what}${separator}${path}`,
    before: found.before ?? NOT_THERE,
    after: found.after ?? NOT_THERE,
  };
}

function stepOf(definition: RunDefinition | undefined, step: string): StepDefinition | undefined {
  return definition?.steps.find(({ name }) => name === step);
}

const NOT_THERE = 'not there';
/** What a manifest has in place of a secret. */
const SECRET = 'secret';

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
  return [differencesBetween(a, b), differing(a.env, b.env), differing(a.inputs, b.inputs)].flat().length;
}

function presence(a: Manifest['reads'], b: Manifest['reads'], path: string): Partial<Cause> {
  if (a[path] === undefined) return { before: NOT_THERE, after: 'there' };
  return b[path] === undefined ? { before: 'there', after: NOT_THERE } : {};
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
  const causes = seen.has(input) ? [] : causesOf(before, after, input, seen);
  return { ...differenceOf(`input ${input}`, a.read(), b.read()), behind: { step: input, causes } };
}
