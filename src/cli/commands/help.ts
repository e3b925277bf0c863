/** `hwfe help`: what there is, and what each command takes. */
import { didYouMean } from '../../model/nearest.ts';
import type { Command } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { COMMAND_NAMES, isCommandName } from '../names.ts';
import { HELP, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

export const help: Command = {
  usage: 'help [COMMAND]',
  about: 'Shows all commands, or what one of them does and takes.',
  options: [HELP],
  async run(args, console) {
    const [name] = args.words;
    if (name === undefined) {
      console.out.lines(overview());
      return STATUS.succeeded;
    }
    if (!isCommandName(name)) {
      console.err.lines([`error: There is no command "${name}"${didYouMean(name, COMMAND_NAMES)}`, 'See: hwfe --help']);
      return STATUS.wrong;
    }
    console.out.lines(commandHelp(await COMMANDS[name].load()));
    return STATUS.succeeded;
  },
};

/** The lines of `hwfe --help`. */
export function overview(): string[] {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]): [string, string] => [name, summary]);
  return [
    'hwfe runs workflows: one file, steps in Lua, JavaScript, Python, shell and WASM.',
    '',
    'Usage: hwfe FILE           run a workflow file',
    '       hwfe                run every workflow of the workflow directory',
    '       hwfe COMMAND …',
    '',
    'Commands:',
    ...table(rows),
    '',
    'hwfe help COMMAND says more; hwfe --version prints the version.',
  ];
}

/** The lines of `hwfe COMMAND --help`. */
export function commandHelp(command: Command): string[] {
  const lines = [`Usage: hwfe ${command.usage}`, '', command.about];
  return command.options.length === 0 ? lines : [...lines, '', 'Flags:', ...table(command.options.map(optionRow))];
}

export function optionRow({ name, short, takes, about }: Option): [string, string] {
  const value = takes === undefined ? '' : ` ${takes}`;
  return [`${short === undefined ? '    ' : `-${short}, `}--${name}${value}`, about];
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
