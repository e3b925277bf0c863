/** `hwfe signal`: says to a run that something has happened. */
import { resumeRun, speaker } from '../answering.ts';
import type { Command } from '../command.ts';
import { withHistory, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'data', takes: 'VALUE', about: 'What the steps hand on that waited for it: JSON, else taken as a text.' },
  { name: 'as', takes: 'NAME', about: 'Who says so, in place of the user of the system.' },
  { name: 'resume', about: 'Go on with the run at once, if it is parked.' },
  ...COMMON,
];

export const signal: Command = {
  usage: 'signal RUN NAME',
  about: [
    'Says a signal to a run: every step goes on that has wait_for = { signal = "NAME" }, also one that begins to wait later.',
    'The run may be under way in another process, or parked.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    let parked: string | undefined;
    const said = withHistory(args, OPTIONS, console, ({ history }) => {
      const [id, name, ...others] = args.words;
      if (id === undefined || name === undefined || name === '' || others.length > 0)
        return wrong(console, 'Name the run and the signal: hwfe signal RUN NAME');
      const found = history.find(id);
      if (!found.ok) return wrong(console, found.error);
      const run = found.value;
      if (run.status !== 'running' && run.status !== 'parked' && run.status !== 'interrupted')
        return wrong(console, `Run "${run.id}" waits for no signal; its status is "${run.status}"`);
      history.inbox.signal(run.id, {
        name,
        by: speaker(args.value('as')),
        at: Date.now(),
        data: dataOf(args.value('data')),
      });
      if (run.status === 'running') {
        console.out.lines([`Run ${run.id} has the signal "${name}".`]);
        return STATUS.succeeded;
      }
      parked = run.id;
      console.out.lines([`Run ${run.id} has the signal "${name}"; go on with it: hwfe resume ${run.id}`]);
      return STATUS.succeeded;
    });
    return said.then((status) =>
      status === STATUS.succeeded && parked !== undefined && args.has('resume') ? resumeRun(parked, console) : status,
    );
  },
};

/** What is no JSON is a text. */
function dataOf(given: string | undefined): string {
  if (given === undefined) return 'null';
  try {
    JSON.parse(given);
    return given;
  } catch {
    return JSON.stringify(given.toWellFormed());
  }
}
