/** `hwfe cancel`: stops a run of another process. */
import type { Command } from '../command.ts';
import { withRun, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'kill', about: 'End what runs at once, as a second Ctrl-C does.' },
  ...COMMON,
];
const LOOK_EVERY_MS = 100;
/** Longer than a step that is told to end is given. */
const PATIENCE_MS = 15_000;

export const cancel: Command = {
  usage: 'cancel [RUN]',
  about: [
    'Stops a run that is under way in another process, as Ctrl-C does there, and waits until it has ended. Without RUN,',
    'the latest that is under way.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (named, _, { history }) => {
      const run = args.words.length > 0 ? named : history.runs({ status: 'running', limit: 1 })[0];
      if (run === undefined) return wrong(console, 'Nothing runs');
      if (run.status === 'parked') {
        history.cancelParked(run);
        console.out.lines([`Run ${run.id} was cancelled.`]);
        return STATUS.succeeded;
      }
      if (run.status !== 'running')
        return wrong(console, `Run "${run.id}" is not running; its status is "${run.status}"`);
      history.wish(run, args.has('kill') ? 'kill' : 'cancel');
      for (const startedAt = Date.now(); Date.now() - startedAt < PATIENCE_MS; ) {
        const now = history.runNamed(run.id);
        if (now !== undefined && now.status !== 'running') {
          console.out.lines([`Run ${run.id} ${now.status === 'cancelled' ? 'was cancelled' : now.status}.`]);
          return STATUS.succeeded;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      return wrong(
        console,
        `Run "${run.id}" has not ended yet; see: hwfe status, or end it at once: hwfe cancel ${run.id} --kill`,
      );
    });
  },
};
