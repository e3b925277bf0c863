/** `hwfe schema`: the JSON Schema of workflow files. */
import type { Command } from '../command.ts';
import { HELP } from '../options.ts';
import { STATUS } from '../status.ts';

export const schema: Command = {
  usage: 'schema',
  about: 'Prints the JSON Schema of workflow files, for editors that complete and check TOML by one.',
  options: [HELP],
  async run(_args, console) {
    const { workflowSchema } = await import('../../parse/schema.ts');
    console.out.lines([JSON.stringify(workflowSchema(), null, 2)]);
    return STATUS.succeeded;
  },
};
