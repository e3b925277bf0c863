/** Gives a command the history to read, and finds the run it is asked about. */
import type { PastRun } from '../model/history.ts';
import type { History } from '../store/history.ts';
import type { Console } from './console.ts';
import type { Arguments, Option } from './options.ts';
import { setUp, type Setup } from './setup.ts';
import { STATUS } from './status.ts';

export interface Reading {
  readonly args: Arguments;
  readonly console: Console;
  readonly setup: Setup;
  readonly history: History;
}

/** Reports what keeps the history from being read; else gives the status that `use` gives. */
export async function withHistory(
  args: Arguments,
  options: readonly Option[],
  console: Console,
  use: (reading: Reading) => number | Promise<number>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<number> {
  const setup = await setUp(args, options, console);
  if (setup === undefined) return STATUS.wrong;
  const [{ findStore }, { openHistory }, { explain }] = await Promise.all([
    import('../store/place.ts'),
    import('../store/history.ts'),
    import('../store/database.ts'),
  ]);
  const directory = findStore(setup.config.store.path, console.cwd);
  if (directory === undefined) return wrong(console, 'The history is switched off: "store.path" is "none"');
  const history = openHistory(directory, { create });
  if (!history.ok) {
    return wrong(
      console,
      history.error === 'absent'
        ? `No run is remembered yet in "${directory}"; run a workflow: hwfe FILE`
        : history.error,
    );
  }
  try {
    return await use({ args, console, setup, history: history.value });
  } catch (error) {
    const isReadOnly = error instanceof Error && 'code' in error && error.code === 'EROFS';
    const sentence = isReadOnly ? explain(error, directory) : undefined;
    if (sentence === undefined) throw error;
    return wrong(console, sentence);
  } finally {
    history.value[Symbol.dispose]();
  }
}

/** As `withHistory`, with the run that the first word names: `latest` where there is none. The other words go along. */
export function withRun(
  args: Arguments,
  options: readonly Option[],
  console: Console,
  use: (run: PastRun, words: readonly string[], reading: Reading) => number | Promise<number>,
): Promise<number> {
  return withHistory(args, options, console, (reading) => {
    const [name = 'latest', ...words] = args.words;
    const run = reading.history.find(name);
    return run.ok ? use(run.value, words, reading) : wrong(console, run.error);
  });
}

export function wrong(console: Console, sentence: string): number {
  console.err.lines([`error: ${sentence}`]);
  return STATUS.wrong;
}

/** For commands that take `[RUN] [STEP]`: nothing if there is no such step, which has been reported then. */
export async function stepNamed(name: string, known: Iterable<string>, console: Console): Promise<string | undefined> {
  const names = [...known];
  if (names.includes(name)) return name;
  const { didYouMean } = await import('../model/nearest.ts');
  wrong(console, `The run has no step "${name}"${didYouMean(name, names) || itHas(names)}`);
  return undefined;
}

/**
 * A step of a run, one inside an item of another, or an item, as a person names it: `load`, `each[1]/load`, `each[1]`. Nothing if
 * there is none, which has been reported then.
 */
export async function stepOrItem(
  name: string,
  names: ReadonlySet<string>,
  console: Console,
): Promise<{ readonly step: string; readonly item?: number } | undefined> {
  if (names.has(name)) return { step: name };
  const [{ itemNamed }, { withoutItems }] = await Promise.all([
    import('../model/items.ts'),
    import('../model/nested.ts'),
  ]);
  const named = itemNamed(name);
  if (names.has(withoutItems(named.step))) return named;
  await stepNamed(name, names, console);
  return undefined;
}

const MOST_NAMED = 8;

function itHas(names: readonly string[]): string {
  const some = names.slice(0, MOST_NAMED).map((name) => JSON.stringify(name));
  const more = names.length - some.length;
  return names.length === 0 ? '' : `; it has ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
