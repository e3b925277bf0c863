#!/usr/bin/env node
/** The command `hwfe`: arguments in, exit status out. */
import { COMMANDS } from './commands.ts';
import { createConsole, type Console } from './console.ts';
import { STATUS } from './status.ts';

const out = createConsole(process);
try {
  process.exitCode = await main(process.argv.slice(2), out);
} catch (error) {
  out.err.lines([
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    'This is a bug of hwfe. Please report it with the lines above.',
  ]);
  process.exitCode = STATUS.internal;
}
if (out.readerGone()) process.exitCode = STATUS.readerGone;

async function main(args: readonly string[], console: Console): Promise<number> {
  const first = args[0];
  if (first === '--version' || first === '-V') {
    const { version } = await import('./version.ts');
    console.out.lines([version()]);
    return STATUS.succeeded;
  }
  if (first === '--help' || first === '-h') return perform('help', [], console);
  if (first !== undefined && Object.hasOwn(COMMANDS, first)) return perform(first, args.slice(1), console);
  return perform('run', args, console);
}

async function perform(name: string, args: readonly string[], console: Console): Promise<number> {
  const [command, { readArguments }] = await Promise.all([COMMANDS[name]!.load(), import('./options.ts')]);
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
  return command.run(read.value, console);
}
