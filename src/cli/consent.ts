/** Asks before a workflow runs whose permissions have grown since its last run. */
import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import { grantsAnything, grownGrants } from '../model/grown-grants.ts';
import { everyStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { visible } from '../terminal/visible.ts';
import type { Console } from './console.ts';
import type { Setup } from './setup.ts';
import { STATUS } from './status.ts';

interface Grown {
  /** The run that is compared with. */
  readonly since: string;
  /** Each as `read data/**`. */
  readonly grants: readonly string[];
}

/** Nothing where the permissions are no more than in the last run that is remembered, or where there is none. */
export async function grownSince(plan: Plan, { config }: Setup, console: Console): Promise<Grown | undefined> {
  const steps = everyStep(plan).map(({ step }) => step);
  if (!grantsAnything(steps)) return undefined;
  const [{ findStore }, { openHistory }] = await Promise.all([
    import('../store/place.ts'),
    import('../store/history.ts'),
  ]);
  const directory = findStore(config.store.path, console.cwd);
  const history = directory === undefined ? undefined : openHistory(directory);
  // What keeps it from being read is told when the run is to be remembered.
  if (history?.ok !== true) return undefined;
  using past = history.value;
  const path = resolve(console.cwd, plan.workflow.file.path);
  const [last] = past.runs({ path, limit: 1 });
  const before = last && past.definition(last);
  if (last === undefined || before === undefined) return undefined;
  const grants = grownGrants(before.steps, steps, path);
  return grants.length === 0 ? undefined : { since: last.id, grants };
}

/** A status with which to end instead of running; nothing where the permissions have not grown, or somebody has agreed. */
export async function refusalOf(plan: Plan, setup: Setup, console: Console): Promise<number | undefined> {
  const grown = await grownSince(plan, setup, console);
  return grown && consentTo(grown, plan.workflow.file.path, console);
}

async function consentTo({ since, grants }: Grown, file: string, console: Console): Promise<number | undefined> {
  const told = [
    `The permissions of "${visible(file)}" have grown since run ${since}. Its steps may now also`,
    ...grants.map((grant) => `  ${visible(grant)}`),
  ];
  if (!process.stdin.isTTY || !console.err.isTerminal) {
    console.err.lines([`error: ${told[0]}`, ...told.slice(1), 'Run it with --yes if they are to.']);
    return STATUS.machineLacks;
  }
  console.err.lines(told);
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  questions.on('close', () => closed.abort());
  try {
    const answer = await questions.question('Run it? [y/N] ', { signal: closed.signal });
    return /^y(es)?$/i.test(answer.trim()) ? undefined : STATUS.cancelled;
  } catch {
    return STATUS.cancelled;
  } finally {
    questions.close();
  }
}
