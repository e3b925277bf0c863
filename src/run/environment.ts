/** The environment that a step gets from the host's. */
import type { Step } from '../model/step.ts';

/** What every shell and native step gets, so that ordinary programs work (CONTRACT section 5). */
const BASE: readonly string[] = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_*', 'TZ', 'TERM', 'TMPDIR'];

export interface HandedSecrets {
  /** Values by name. */
  readonly values: ReadonlyMap<string, string>;
  /** Names of the host's environment that `pass_env` does not reach. */
  readonly hidden: ReadonlySet<string>;
}

/** `host` filtered by what the step passes, below the step's own entries; a host process gets the basic variables besides, unless its environment is to be clean. Secrets go to the steps that name them only. `allowed` are patterns of names besides those that the workflow's permissions let through. */
export function stepEnvironment(
  step: Step,
  host: Readonly<Record<string, string | undefined>>,
  isProcess: boolean,
  secrets: HandedSecrets = { values: new Map(), hidden: new Set() },
  allowed: readonly string[] = [],
): Readonly<Record<string, string>> {
  const env = passed(step, host, isProcess, secrets);
  return isProcess ? env : narrowed(env, step, allowed);
}

function passed(
  step: Step,
  host: Readonly<Record<string, string | undefined>>,
  isProcess: boolean,
  secrets: HandedSecrets,
): Readonly<Record<string, string>> {
  const hasBase = isProcess && step.cleanEnv !== true;
  const named = (step.secrets ?? []).flatMap((name) => {
    const value = secrets.values.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (!hasBase && step.passEnv.length === 0 && named.length === 0) return step.env;
  const base = hasBase ? baseOf(host, secrets) : undefined;
  const more = step.passEnv.length > 0 ? matching(step.passEnv, host, secrets) : undefined;
  return Object.assign(Object.create(null), base, more, step.env, Object.fromEntries(named));
}

const bases = new WeakMap<HandedSecrets, { readonly host: object; readonly base: Readonly<Record<string, string>> }>();

/** The same for all steps of a run, and reading the whole environment of a process takes longer than all else here. */
function baseOf(
  host: Readonly<Record<string, string | undefined>>,
  secrets: HandedSecrets,
): Readonly<Record<string, string>> {
  const known = bases.get(secrets);
  if (known?.host === host) return known.base;
  const base = matching(BASE, host, secrets);
  bases.set(secrets, { host, base });
  return base;
}

function matching(
  patterns: readonly string[],
  host: Readonly<Record<string, string | undefined>>,
  { hidden }: HandedSecrets,
): Record<string, string> {
  const env: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && !hidden.has(name) && patterns.some((pattern) => matches(pattern, name)))
      env[name] = value;
  }
  return env;
}

/** What each of the permissions that speak of it lets through; a secret is named by the step itself. */
function narrowed(
  env: Readonly<Record<string, string>>,
  { permissions, secrets }: Step,
  allowed: readonly string[],
): Readonly<Record<string, string>> {
  const lists = permissions.flatMap(({ env: names, from }) =>
    names === undefined ? [] : [from === 'workflow' ? [...names, ...allowed] : names],
  );
  if (lists.length === 0) return env;
  const seen = Object.entries(env).filter(
    ([name]) =>
      secrets?.includes(name) === true || lists.every((patterns) => patterns.some((pattern) => matches(pattern, name))),
  );
  return Object.fromEntries(seen);
}

/** `*` stands for any run of characters. */
function matches(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === name;
  if (star === pattern.length - 1) return name.startsWith(pattern.slice(0, -1));
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
