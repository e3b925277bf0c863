/** What a command is: its description for the help and the function that does it. */
import type { HeadStart } from '../head-start.ts';
import type { Console } from './console.ts';
import type { Arguments, Option } from './options.ts';

export interface Command {
  /** What follows `hwfe` in the usage line: `graph FILE`. */
  readonly usage: string;
  /** Paragraphs for `hwfe help COMMAND`. */
  readonly about: string;
  readonly options: readonly Option[];
  /** Lines that follow the help where words were given as well. */
  moreHelp?(args: Arguments, console: Console): Promise<readonly string[]>;
  /** Gives the exit status. */
  run(args: Arguments, console: Console, headStart?: HeadStart): Promise<number>;
}
