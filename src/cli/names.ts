/** The names of the commands, which tell whether a first word is one. */
export type CommandName = (typeof COMMAND_NAMES)[number];

export const COMMAND_NAMES = [
  'run',
  'validate',
  'graph',
  'watch',
  'runs',
  'show',
  'resume',
  'approve',
  'reject',
  'signal',
  'memory',
  'why',
  'replay',
  'repl',
  'report',
  'diff',
  'stats',
  'cancel',
  'pin',
  'gc',
  'export',
  'import',
  'test',
  'output',
  'logs',
  'status',
  'audit',
  'list',
  'examples',
  'config',
  'doctor',
  'schema',
  'help',
] as const;

export function isCommandName(word: string | undefined): word is CommandName {
  return word !== undefined && (COMMAND_NAMES as readonly string[]).includes(word);
}
