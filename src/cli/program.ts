/** The program: arguments in, exit status out. */
import type { HeadStart } from '../head-start.ts';
import { type CommandEntry, COMMANDS } from './commands.ts';
import { createConsole, type Console } from './console.ts';
import { STATUS } from './status.ts';

/** With these a command runs no step. */
const STEPLESS = ['--help', '-h', '--dry-run', '-n'];

const out = createConsole(process);
void main(process.argv.slice(2), out)
  .catch((error: unknown) => {
    out.err.lines([
      error instanceof Error ? (error.stack ?? error.message) : String(error),
      'This is a bug of hwfe. Please report it with the lines above.',
    ]);
    return STATUS.internal;
  })
  .then((status) => {
    process.exitCode = out.readerGone() ? STATUS.readerGone : status;
  });

async function main(args: readonly string[], console: Console): Promise<number> {
  const first = args[0];
  if (first === '--help' || first === '-h') return perform('help', [], console);
  if (first !== undefined && Object.hasOwn(COMMANDS, first)) return perform(first, args.slice(1), console);
  return perform('run', args, console);
}

async function perform(name: string, args: readonly string[], console: Console): Promise<number> {
  const entry = COMMANDS[name]!;
  const early = entry.runsSteps === true && !args.some((arg) => STEPLESS.includes(arg)) ? await bootEarly() : undefined;
  try {
    return await loadAndRun(name, entry, args, console, early);
  } finally {
    // Nobody took it if a flag is wrong or a file is missing.
    await early?.close();
  }
}

async function bootEarly(): Promise<HeadStart> {
  const { headStart } = await import('../head-start.ts');
  return headStart();
}

async function loadAndRun(
  name: string,
  entry: CommandEntry,
  args: readonly string[],
  console: Console,
  early: HeadStart | undefined,
): Promise<number> {
  const [command, { readArguments }] = await Promise.all([entry.load(), import('./options.ts')]);
  const read = readArguments(args, command.options);
  if (!read.ok) {
    console.err.lines([`error: ${read.error}`, `See: hwfe help${name === 'help' ? '' : ` ${name}`}`]);
    return STATUS.wrong;
  }
  if (name !== 'help' && read.value.has('help')) {
    const { commandHelp } = await import('./commands/help.ts');
    console.out.lines(commandHelp(command));
    return STATUS.succeeded;
  }
  return command.run(read.value, console, early);
}
