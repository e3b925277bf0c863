/** `hwfe diff`: what differs between two runs. */
import type { PastRun } from '../../model/history.ts';
import type { Command } from '../command.ts';
import { type Reading, stepNamed, withHistory, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'data', takes: 'STEP', about: 'Compare the lists of records that this step handed on.' },
  { name: 'key', takes: 'FIELD', about: 'With --data: the field that tells records apart; "id" unless told.' },
  { name: 'json', about: 'As one JSON object.' },
  ...COMMON,
];

export const diff: Command = {
  usage: 'diff RUN RUN',
  about: [
    'Shows what differs between two runs: the steps of the file, how they ended, how long they took, and the first place',
    'where each output differs. With --data, which records of one output were added, removed or changed. The status is',
    '1 where there is a difference.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    if (args.words.length !== 2) return Promise.resolve(wrong(console, 'Name two runs: hwfe diff RUN RUN'));
    return withHistory(args, OPTIONS, console, async (reading) => {
      const [before, after] = args.words.map((name) => reading.history.find(name));
      if (!before!.ok) return wrong(console, before!.error);
      if (!after!.ok) return wrong(console, after!.error);
      const step = args.value('data');
      if (step !== undefined) return diffData(step, before!.value, after!.value, reading);
      const { diffRuns } = await import('../../store/diff.ts');
      const found = diffRuns(reading.history, before!.value, after!.value);
      if (args.has('json')) console.out.lines([JSON.stringify(found)]);
      else {
        const { renderRunDifference } = await import('../../terminal/run-difference.ts');
        console.out.lines(renderRunDifference(found, reading.setup.styleFor(console.out)));
      }
      return found.definition.length + found.steps.length > 0 ? STATUS.stepFailed : STATUS.succeeded;
    });
  },
};

async function diffData(
  name: string,
  before: PastRun,
  after: PastRun,
  { args, console, history, setup }: Reading,
): Promise<number> {
  const step = await stepNamed(name, history.steps(after).keys(), console);
  if (step === undefined) return STATUS.wrong;
  const values = [before, after].map((run) => {
    const kept = history.step(run, step)?.output;
    return kept && history.value(kept);
  });
  const missing = values.indexOf(undefined);
  if (missing !== -1) return wrong(console, `Step "${step}" has no output in run "${[before, after][missing]!.id}"`);
  const [{ diffRecords }, { decode }] = await Promise.all([
    import('../../store/records-diff.ts'),
    import('../../../runners/value.ts'),
  ]);
  const key = args.value('key') ?? 'id';
  const found = diffRecords(decode(values[0]!), decode(values[1]!), key);
  if (found === undefined) {
    return wrong(
      console,
      `The outputs of "${step}" are not both lists of records with a field "${key}" that tells them apart; name another: --key FIELD`,
    );
  }
  if (args.has('json')) console.out.lines([JSON.stringify(found)]);
  else {
    const { renderRecordsDifference } = await import('../../terminal/run-difference.ts');
    console.out.lines(renderRecordsDifference(found, setup.styleFor(console.out)));
  }
  return found.added.length + found.removed.length + found.changed.length > 0 ? STATUS.stepFailed : STATUS.succeeded;
}
