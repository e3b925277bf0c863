/** `hwfe schema`: what editors want to know of workflow files. */
import type { Command } from '../command.ts';
import { HELP, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'format', short: 'f', takes: 'FORMAT', about: 'json (default) for JSON Schema, or lua for annotations.' },
  HELP,
];

export const schema: Command = {
  usage: 'schema',
  about: [
    'Prints what editors complete and check workflow files by: a JSON Schema for TOML, or annotations for',
    "Lua's language server.",
  ].join('\n'),
  options: OPTIONS,
  async run(args, console) {
    const format = args.value('format') ?? 'json';
    if (format === 'lua') {
      const { luaAnnotations } = await import('../../parse/annotations.ts');
      console.out.lines(luaAnnotations().trimEnd().split('\n'));
      return STATUS.succeeded;
    }
    if (format !== 'json') {
      console.err.lines([`error: There is no format "${format}"; write json or lua`]);
      return STATUS.wrong;
    }
    const { workflowSchema } = await import('../../parse/schema.ts');
    console.out.lines([JSON.stringify(workflowSchema(), null, 2)]);
    return STATUS.succeeded;
  },
};
