/** `hwfe approve`: answers a step that asks a person. */
import { fieldsOf, misfits, valueFor, withDefaults } from '../../forms/form.ts';
import type { PlainValue } from '../../model/input.ts';
import { fail, ok, type Result } from '../../model/result.ts';
import { didYouMean } from '../../model/nearest.ts';
import { deliverAnswer, type Question, questionFor, resumeRun, speaker } from '../answering.ts';
import type { Command } from '../command.ts';
import { withHistory, wrong } from '../history.ts';
import { type Arguments, COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'set', takes: 'NAME=VALUE', about: 'Give a field of the form a value; may be repeated.' },
  { name: 'data', takes: 'JSON', about: 'Give all of them at once, as one JSON object.' },
  { name: 'as', takes: 'NAME', about: 'Who says so, in place of the user of the system.' },
  { name: 'resume', about: 'Go on with the run at once, if it is parked.' },
  // Settings are not what is set here.
  ...COMMON.filter(({ name }) => name !== 'set'),
];

export const approve: Command = {
  usage: 'approve [RUN] [STEP]',
  about: [
    'Says yes to a step that asks a person, with the values that its form wants. The run may be under way in another',
    'process, or parked; of two answers the first counts. Without RUN, the latest that asks; without STEP, its only question.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    let parked: string | undefined;
    const settings: Arguments = { ...args, values: (name) => (name === 'set' ? [] : args.values(name)) };
    const answered = withHistory(settings, OPTIONS, console, async (reading) => {
      const found = await questionFor(reading);
      if (found === undefined) return STATUS.wrong;
      const [run, question] = found;
      const values = valuesFor(args, question);
      if (!values.ok) return wrong(console, values.error);
      const answer = { how: 'approved', values: values.value, by: speaker(args.value('as')), at: Date.now() } as const;
      if (run.status !== 'running') parked = run.id;
      return deliverAnswer(reading, run, question, answer);
    });
    return answered.then((status) =>
      status === STATUS.succeeded && parked !== undefined && args.has('resume') ? resumeRun(parked, console) : status,
    );
  },
};

/** The error is a sentence. */
function valuesFor(args: Arguments, { step, pending: { form } }: Question): Result<PlainValue, string> {
  const fields = fieldsOf(form);
  const values: Record<string, PlainValue> = {};
  const data = args.value('data');
  if (data !== undefined) {
    try {
      Object.assign(values, JSON.parse(data));
    } catch {
      return fail(`Write the flag "--data" as one JSON object`);
    }
  }
  for (const given of args.values('set')) {
    const [, name = '', text = ''] = /^([^=]+)=([^]*)$/.exec(given) ?? [];
    if (name === '') return fail(`Write the flag "--set ${given}" as --set NAME=VALUE`);
    const field = fields.find((each) => each.name === name);
    if (field === undefined && fields.length > 0) {
      const names = fields.map((each) => each.name);
      return fail(`The form of step "${step}" has no field "${name}"${didYouMean(name, names)}`);
    }
    values[name] = valueFor(field ?? {}, text);
  }
  const whole = withDefaults(form, values);
  const wrongs = misfits(form, whole);
  const told = fields.map(({ name, type, isRequired }) => {
    const more = [type ?? '', isRequired ? '' : 'optional'].filter((word) => word !== '').join(', ');
    return more === '' ? name : `${name} (${more})`;
  });
  const hint = told.length === 0 ? '' : `. Its fields: ${told.join(', ')}`;
  return wrongs.length === 0
    ? ok(whole)
    : fail(`The answer does not fit the form of step "${step}": ${wrongs.join('; ')}${hint}`);
}
