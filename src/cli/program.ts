/** The program: arguments in, exit status out. */
import type { HeadStart } from '../head-start.ts';
import { COMMANDS } from './commands.ts';
import { createConsole, type Console } from './console.ts';
import { type CommandName, isCommandName } from './names.ts';
import { STATUS } from './status.ts';

/** `args` are those behind the command's name; `early` is closed, whoever took it. */
export function program(args: readonly string[], early?: HeadStart): void {
  const out = createConsole(process);
  void main(args, out, early)
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
}

async function main(args: readonly string[], console: Console, early: HeadStart | undefined): Promise<number> {
  const [first, ...others] = args;
  try {
    if (first === '--help' || first === '-h') return await perform('help', [], console);
    if (isCommandName(first)) return await perform(first, others, console, early);
    return await perform('run', args, console, early);
  } finally {
    // Nobody took it if a flag is wrong or a file is missing.
    await early?.close();
  }
}

async function perform(
  name: CommandName,
  args: readonly string[],
  console: Console,
  early?: HeadStart,
): Promise<number> {
  const [command, { readArguments }] = await Promise.all([COMMANDS[name].load(), import('./options.ts')]);
  const read = readArguments(args, command.options);
  if (!read.ok) {
    console.err.lines([`error: ${read.error}`, `See: hwfe help${name === 'help' ? '' : ` ${name}`}`]);
    return STATUS.wrong;
  }
  if (name !== 'help' && read.value.has('help')) {
    const { commandHelp } = await import('./commands/help.ts');
    console.out.lines([...commandHelp(command), ...((await command.moreHelp?.(read.value, console)) ?? [])]);
    return STATUS.succeeded;
  }
  const tooMany = read.value.words[mostWords(command.usage)];
  if (tooMany !== undefined) {
    console.err.lines([
      `error: Leave out "${tooMany}"; the command is: hwfe ${command.usage}`,
      `See: hwfe help ${name}`,
    ]);
    return STATUS.wrong;
  }
  return command.run(read.value, console, early);
}

/** As its usage has them; where that has a choice, the command looks itself. */
function mostWords(usage: string): number {
  return usage.includes('…') || usage.includes('|') ? Number.POSITIVE_INFINITY : usage.split(' ').length - 1;
}
