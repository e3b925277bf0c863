/** `hwfe audit`: every event of a run, with its time. */
import { harmlessJson } from '../../terminal/harmless-json.ts';
import type { Command } from '../command.ts';
import { withRun } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [{ name: 'json', about: 'One event per line as JSON.' }, ...COMMON];

export const audit: Command = {
  usage: 'audit [RUN]',
  about: [
    'Prints every event of a run as it was written down when it happened: when, what, which step, and who started',
    'the run with which version of hwfe. What steps printed is left to `hwfe logs`.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (run, _, { history, setup }) => {
      const events = history.events(run).filter(({ event }) => event.kind !== 'step-printed');
      if (args.has('json')) {
        console.out.lines(events.map(({ seq, event }) => harmlessJson(JSON.stringify({ seq, ...event }))));
        return STATUS.succeeded;
      }
      const [{ auditLine }, { withoutBytes }] = await Promise.all([
        import('../../terminal/audit.ts'),
        import('../../store/stored-event.ts'),
      ]);
      const style = setup.styleFor(console.out);
      console.out.lines(
        events.map(({ event }) =>
          auditLine(
            {
              event: withoutBytes(event),
              ...(event.kind === 'step-succeeded' && { size: event.output.size }),
              ...((event.kind === 'run-started' || event.kind === 'run-resumed') && { by: event.by }),
            },
            style,
          ),
        ),
      );
      return STATUS.succeeded;
    });
  },
};
