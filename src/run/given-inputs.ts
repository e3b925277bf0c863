/** What was given to a run → values for all inputs that its workflow declares, or all that is missing or wrong. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { GivenInputs } from '../model/event.ts';
import type { PlainValue, WorkflowInput } from '../model/input.ts';
import { problemOfInput } from '../model/input-value.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Workflow } from '../model/workflow.ts';

export interface SettledInputs {
  /** Of all that have one. */
  readonly values: GivenInputs;
  /** The same with stars for secrets; absent where the workflow declares none. */
  readonly shown?: GivenInputs;
  /** What is to be hidden wherever it shows, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** `missing-input` and `wrong-input`. */
  readonly problems: readonly Diagnostic[];
}

const STARS = '***';
const NONE: SettledInputs = { values: {}, secrets: new Map(), problems: [] };

/** Relative paths of files begin at `cwd`. */
export function settleInputs(
  { inputs = [], file }: Workflow,
  given: Readonly<Record<string, unknown>> = {},
  cwd: string,
): SettledInputs {
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  if (inputs.length + names.length === 0) return NONE;
  const problems: Diagnostic[] = [];
  const values: Record<string, PlainValue> = {};
  const secrets = new Map<string, string>();
  const known = inputs.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const message = `The workflow declares no input "${name}"${didYouMean(name, known)}`;
    problems.push({ code: 'wrong-input', severity: 'error', message, file });
  }
  for (const declared of inputs) {
    const { name, span } = declared;
    const value = names.includes(name) ? (given[name] as PlainValue) : declared.default;
    if (value === undefined) {
      const message = `Give input "${name}" a value${describe(declared)}: --input ${name}=…, or HWFE_INPUT_${name.toUpperCase()}`;
      problems.push({ code: 'missing-input', severity: 'error', message, file, span });
      continue;
    }
    const path = declared.type === 'file' && typeof value === 'string' ? resolve(cwd, value) : undefined;
    const problem = problemOfInput(value, declared) ?? (path === undefined ? undefined : problemOfFile(path));
    if (problem !== undefined) {
      const shown = declared.secret ? 'Its value is not shown.' : `It was given ${JSON.stringify(value)}.`;
      problems.push({
        code: 'wrong-input',
        severity: 'error',
        message: `Input "${name}" ${problem}. ${shown}`,
        file,
        span,
      });
      continue;
    }
    values[name] = path ?? value;
    if (declared.secret) for (const [part, text] of secretsIn(name, value)) secrets.set(part, text);
  }
  if (inputs.length === 0) return { values, secrets, problems };
  const shown = Object.entries(values).map(([name, value]) => [name, secrets.has(name) ? STARS : value] as const);
  return { values, shown: Object.fromEntries(shown), secrets, problems };
}

function describe({ description, type }: WorkflowInput): string {
  const what = description === undefined ? '' : ` (${description.trim()})`;
  return type === 'string' ? what : `${what} of type ${type}`;
}

function problemOfFile(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'names a file that does not exist';
  if (!found.isFile()) return 'names something that is no file';
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch {
    return 'names a file that may not be read';
  }
}

/** A shorter text within a list or table is no secret by itself. */
const SHORTEST_PART = 6;

/** The value, and the texts in a list or table, which are handed on one by one. */
function secretsIn(name: string, value: PlainValue): [string, string][] {
  if (typeof value === 'string') return [[name, value]];
  const whole: [string, string] = [name, JSON.stringify(value)];
  if (typeof value !== 'object' || value === null) return [whole];
  const parts = Object.entries(value).flatMap(([key, part]: [string, PlainValue]) =>
    (typeof part === 'string' && part.length < SHORTEST_PART) || (typeof part !== 'string' && typeof part !== 'object')
      ? []
      : secretsIn(`${name}.${key}`, part),
  );
  return [whole, ...parts];
}
