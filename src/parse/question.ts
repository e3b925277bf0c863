/** Reads what a person is asked, and what counts where nobody answers. */
import { misfits, problemsOf, withDefaults } from '../forms/form.ts';
import type { PlainValue } from '../model/input.ts';
import type { HostWork } from '../model/host-work.ts';
import type { StepFields } from './fields/step-fields.ts';
import { type HostPlace, readHostText } from './host-text.ts';
import type { TextContext } from './templates/text.ts';
import { readTemplate } from './templates/value.ts';

type Default = NonNullable<(HostWork & { kind: 'human' })['default']>;

/** Nothing where it is wrong, which has been told. */
export function readQuestion(place: HostPlace, fields: StepFields, files: TextContext): HostWork | undefined {
  const title = readHostText(place, 'title', fields.title, files);
  const assignee = readHostText(place, 'assignee', fields.assignee, files);
  const form = readForm(place, fields, files);
  const usual = readDefault(place, form ?? {}, fields, files);
  if (title === undefined) return undefined;
  return {
    kind: 'human',
    title,
    ...(assignee && { assignee }),
    ...form,
    ...(usual !== undefined && { default: usual }),
  };
}

type Form = Pick<HostWork & { kind: 'human' }, 'form' | 'openForm'>;

/** One with templates in it is looked at when the step starts. */
function readForm(
  { name, table, context }: HostPlace,
  { form: given }: StepFields,
  files: TextContext,
): Form | undefined {
  if (given === undefined) return undefined;
  const template = readTemplate(
    table.entries.get('form')!.value,
    { ...context, what: `"form" of step "${name}"` },
    files,
  );
  if (template === undefined) return undefined;
  if (template.kind !== 'constant') return { openForm: template };
  const form = JSON.parse(given.json) as PlainValue;
  const problems = problemsOf(form);
  for (const problem of problems)
    files.mistakes.add('bad-form', given.span, `"form" of step "${name}" is no JSON Schema of an object: ${problem}`);
  return problems.length === 0 ? { form } : undefined;
}

function readDefault(
  { name, table }: HostPlace,
  { form, openForm }: Form,
  fields: StepFields,
  { mistakes }: TextContext,
): Default | undefined {
  const given = fields.default?.answer;
  if (given === undefined) return undefined;
  const tell = (message: string): void => mistakes.add('bad-form', table.entries.get('default')?.value.span, message);
  if (fields.timeout === undefined) {
    tell(`Give step "${name}" a "timeout" too: "default" counts when nobody has answered by then`);
    return undefined;
  }
  if (given.json === 'false') return 'rejected';
  const said = given.json === 'true' ? {} : (JSON.parse(given.json) as PlainValue);
  if (openForm !== undefined) return { values: said };
  const values = withDefaults(form, said);
  const wrong = misfits(form, values);
  for (const misfit of wrong) tell(`"default" of step "${name}" does not fit its form: ${misfit}`);
  return wrong.length === 0 ? { values } : undefined;
}
