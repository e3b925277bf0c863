/** `hwfe memory`: says where it works; inside a step it is `src/cli/shared-memory.ts`. */
import type { Command } from '../command.ts';
import { wrong } from '../history.ts';
import { HELP } from '../options.ts';

export const memory: Command = {
  usage: 'memory get|set|add|append|update|swap|delete|keys [KEY] [VALUE]',
  about: [
    'Inside a shell or native step of a workflow with memory = true: reads and changes what the steps of the run share.',
    'Values are JSON; what is no JSON is taken as a text.',
    '',
    '  get KEY [DEFAULT]           prints the value; without one and DEFAULT, nothing, with status 1',
    '  set KEY VALUE               "-" reads it from standard input',
    '  add KEY [NUMBER]            adds 1 or NUMBER, and prints the sum',
    '  append KEY VALUE            to a list, and prints how long it is now',
    '  update KEY COMMAND [ARG…]   sets what COMMAND makes of the value on its standard input',
    '  swap KEY EXPECTED VALUE     sets VALUE if EXPECTED is there, else ends with status 1',
    '  delete KEY, keys',
  ].join('\n'),
  options: [HELP],
  run(_, console) {
    return Promise.resolve(wrong(console, 'Call it in a shell step of a workflow with memory = true; here is no run'));
  },
};
