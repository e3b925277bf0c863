/** `hwfe why`: why a step ran, was cached, skipped or failed. */
import { harmlessJson } from '../../terminal/harmless-json.ts';
import type { Command } from '../command.ts';
import { stepNamed, withHistory, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [{ name: 'json', about: 'As one JSON object.' }, ...COMMON];

export const why: Command = {
  usage: 'why STEP [RUN]',
  about: [
    'Says why a step of a run ran, was taken from the cache, was skipped or failed: what differs from the nearest',
    'earlier run that did it, down to the line of code, the value, the file, and the step that brought it.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    const [name, id = 'latest'] = args.words;
    if (name === undefined) return Promise.resolve(wrong(console, 'Name a step: hwfe why STEP [RUN]'));
    return withHistory(args, OPTIONS, console, async ({ history, setup }) => {
      const run = history.find(id);
      if (!run.ok) return wrong(console, run.error);
      const record = history.record(run.value);
      const step = await stepNamed(name, record.steps.keys(), console);
      if (step === undefined) return STATUS.wrong;
      const { explain } = await import('../../store/why.ts');
      const explanation = explain(history, run.value, record.steps.get(step)!);
      if (args.has('json')) {
        console.out.lines([harmlessJson(JSON.stringify(explanation))]);
        return STATUS.succeeded;
      }
      const { renderWhy } = await import('../../terminal/why.ts');
      console.out.lines(renderWhy(explanation, run.value.id, setup.styleFor(console.out)));
      return STATUS.succeeded;
    });
  },
};
