/** `hwfe pin`: keeps a run from being forgotten. */
import type { Command } from '../command.ts';
import { withRun } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [{ name: 'remove', about: 'Let the run be forgotten again.' }, ...COMMON];

export const pin: Command = {
  usage: 'pin [RUN]',
  about: 'Keeps a run from being forgotten by `hwfe gc`.',
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, (run, _, { history }) => {
      history.pin(run, !args.has('remove'));
      console.out.lines([`Run ${run.id} is ${args.has('remove') ? 'no longer pinned' : 'pinned'}.`]);
      return STATUS.succeeded;
    });
  },
};
