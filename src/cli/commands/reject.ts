/** `hwfe reject`: says no to a step that asks a person, which fails it. */
import { deliverAnswer, questionFor, resumeRun, speaker } from '../answering.ts';
import type { Command } from '../command.ts';
import { withHistory } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'reason', takes: 'TEXT', about: 'Why; it is in the message of the failure.' },
  { name: 'as', takes: 'NAME', about: 'Who says so, in place of the user of the system.' },
  { name: 'resume', about: 'Go on with the run at once, if it is parked.' },
  ...COMMON,
];

export const reject: Command = {
  usage: 'reject [RUN] [STEP]',
  about: [
    'Says no to a step that asks a person: it fails, and the run goes on as its failure mode, on_failure and fallback say.',
    'Without RUN, the latest that asks; without STEP, its only question.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    let parked: string | undefined;
    const answered = withHistory(args, OPTIONS, console, async (reading) => {
      const found = await questionFor(reading);
      if (found === undefined) return STATUS.wrong;
      const [run, question] = found;
      const reason = args.value('reason') ?? '';
      if (run.status !== 'running') parked = run.id;
      const answer = { how: 'rejected', reason, by: speaker(args.value('as')), at: Date.now() } as const;
      return deliverAnswer(reading, run, question, answer);
    });
    return answered.then((status) =>
      status === STATUS.succeeded && parked !== undefined && args.has('resume') ? resumeRun(parked, console) : status,
    );
  },
};
