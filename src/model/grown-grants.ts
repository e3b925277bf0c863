/** What a workflow grants its steps that it did not grant before. */
import { dirname, resolve } from 'node:path';
import type { GrantLayer } from '../../runners/contract.ts';
import { type Held, layersFor } from './permissions.ts';

const ACTS = ['read', 'write', 'net'] as const;

type Act = (typeof ACTS)[number];

/** One pattern that a step may use, or several of which all have to match. */
interface Granted {
  readonly act: Act;
  /** As they stand in the file. */
  readonly patterns: readonly string[];
}

/** `read data/**`, for all that no grant before covers; `file` is the workflow's absolute path. */
export function grownGrants(before: readonly Held[], after: readonly Held[], file: string): readonly string[] {
  const directory = dirname(file);
  const old = before.flatMap((step) => grantsOf(step, directory));
  const grown = after
    .flatMap((step) => grantsOf(step, directory))
    .filter((granted) => !old.some((known) => covers(known, granted, directory)));
  return [
    ...new Set(grown.map(({ act, patterns }) => `${act === 'net' ? 'reach' : act} ${patterns.join(' as far as ')}`)),
  ];
}

/** Whether steps reach anything outside of them. */
export function grantsAnything(steps: readonly Held[]): boolean {
  return steps.some((step) =>
    layersFor(step, undefined).some((layer) => ACTS.some((act) => (layer[act] ?? []).length > 0)),
  );
}

function grantsOf(step: Held, directory: string): readonly Granted[] {
  const [first, ...others] = layersFor(step, undefined);
  return ACTS.flatMap((act) => {
    let granted = patternsOf(first, act).map((pattern): Granted => ({ act, patterns: [pattern] }));
    for (const layer of others) {
      const narrower = patternsOf(layer, act).map((pattern): Granted => ({ act, patterns: [pattern] }));
      granted = granted.flatMap((wide) => narrower.map((narrow) => common(wide, narrow, directory)));
    }
    return granted;
  });
}

function common(one: Granted, other: Granted, directory: string): Granted {
  if (covers(one, other, directory)) return other;
  return covers(other, one, directory) ? one : { act: one.act, patterns: [...one.patterns, ...other.patterns] };
}

function patternsOf(layer: GrantLayer | undefined, act: Act): readonly string[] {
  return layer?.[act] ?? [];
}

/** Certain where it says so; where patterns are too odd to tell, it says no. */
function covers(known: Granted, granted: Granted, directory: string): boolean {
  if (known.act !== granted.act) return false;
  return known.patterns.every((a) =>
    granted.patterns.some((b) =>
      known.act === 'net'
        ? coversHost(a.toLowerCase(), b.toLowerCase())
        : coversPath(whole(a, directory), whole(b, directory)),
    ),
  );
}

/** Absolute, and with `**` for a slash at the end. */
function whole(pattern: string, directory: string): string {
  const path = resolve(directory, pattern);
  return pattern.endsWith('/') ? `${path === '/' ? '' : path}/**` : path;
}

function coversPath(a: string, b: string): boolean {
  if (a === b) return true;
  const base = a.endsWith('/**') ? a.slice(0, -2) : undefined;
  return base !== undefined && !/[*?]/.test(base) && b.startsWith(base);
}

function coversHost(a: string, b: string): boolean {
  if (a === b) return true;
  const [[name, port], [other, otherPort]] = [split(a), split(b)];
  if (port !== otherPort && !(port === '' && (otherPort === ':80' || otherPort === ':443'))) return false;
  if (name === '*') return other !== '*' || port === otherPort;
  return name === other || (name.startsWith('*.') && !other.startsWith('*') && other.endsWith(name.slice(1)));
}

function split(pattern: string): readonly [string, string] {
  const port = /:\d+$/.exec(pattern)?.[0] ?? '';
  return [pattern.slice(0, pattern.length - port.length), port];
}
