/** Collects what each source says of the settings, before any of it is read. */
import type { Origin } from './origin.ts';
import { SETTINGS } from './settings.ts';

/** One value as one source gives it. */
export interface Given {
  readonly key: string;
  readonly raw: unknown;
  /** What the user called it: `execution.mode`, `HWFE_EXECUTION_MODE`, `--mode`. */
  readonly name: string;
  readonly origin: Origin;
}

/** A key of a file that no setting has, or a section that holds no table. */
export interface Misplaced {
  readonly path: readonly string[];
  readonly problem:
    | { readonly kind: 'unknown'; readonly known: readonly string[] }
    | { readonly kind: 'not-a-section' };
}

export function givenByFile(file: string, tree: unknown): { given: Given[]; misplaced: Misplaced[] } {
  const given: Given[] = [];
  const misplaced: Misplaced[] = [];
  // Only known sections are entered, so this goes no deeper than the table does.
  function enter(path: readonly string[], node: unknown): void {
    if (!isTable(node)) {
      misplaced.push({ path, problem: { kind: 'not-a-section' } });
      return;
    }
    for (const [name, raw] of Object.entries(node)) {
      const inner = [...path, name];
      const key = inner.join('.');
      // The whole section in one word: `store = "none"`.
      if (key === 'store' && typeof raw === 'string')
        given.push({ key: 'store.path', raw, name: key, origin: { kind: 'file', file } });
      else if (KEYS.has(key)) given.push({ key, raw, name: key, origin: { kind: 'file', file } });
      else if (SECTIONS.has(key)) enter(inner, raw);
      // Read by themselves: some of their keys are names of the user's choice.
      else if (!OWN_READERS.has(key))
        misplaced.push({ path: inner, problem: { kind: 'unknown', known: childrenOf(path) } });
    }
  }
  enter([], tree ?? {});
  return { given, misplaced };
}

/** An empty variable counts as one that is not set. */
export function givenByVariables(
  variables: Readonly<Record<string, string | undefined>>,
  origin: (variable: string) => Origin,
): Given[] {
  return SETTINGS.flatMap(({ key, variable }) => {
    const raw = variables[variable];
    return raw ? [{ key, raw, name: variable, origin: origin(variable) }] : [];
  });
}

/** Variables that hwfe itself sets for shell steps, so that `hwfe` within a step says nothing of them. */
const OWN = ['HWFE_RUN_ID', 'HWFE_STEP', 'HWFE_ATTEMPT', 'HWFE_WORKDIR', 'HWFE_OUTPUT', 'HWFE_INPUTS'];

export function unknownVariables(variables: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set([...OWN, ...SETTINGS.map((setting) => setting.variable)]);
  return Object.keys(variables).filter((variable) => variable.startsWith('HWFE_') && !known.has(variable));
}

const OWN_READERS: ReadonlySet<string> = new Set(['secrets', 'llm', 'mail']);
const KEYS: ReadonlySet<string> = new Set(SETTINGS.map((setting) => setting.key));
const SECTIONS: ReadonlySet<string> = new Set(
  SETTINGS.flatMap(({ key }) => {
    const names = key.split('.');
    return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'));
  }),
);

function childrenOf(path: readonly string[]): string[] {
  const children = SETTINGS.map(({ key }) => key.split('.'))
    .filter((names) => path.every((name, index) => names[index] === name))
    .map((names) => names[path.length]);
  return [...new Set(children)].filter((name) => name !== undefined);
}

function isTable(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof Date);
}
