/** The values that a step is given beside the outputs of what it depends on. */
import { NAME } from '../model/step.ts';
import type { Template } from '../model/template.ts';
import type { TableValue } from './document.ts';
import type { GivenPlace } from './given-place.ts';
import { readTemplate } from './templates/value.ts';

/** What a step's `inputs` name. */
export function readStepInputs(
  table: TableValue | undefined,
  { of, context, files }: GivenPlace,
): Readonly<Record<string, Template>> | undefined {
  if (table === undefined || table.entries.size === 0) return undefined;
  const inputs = new Map<string, Template>();
  for (const [name, entry] of table.entries) {
    if (!NAME.test(name)) {
      const rule = 'up to 64 letters, digits, "_", "-" and ".", beginning with a letter, a digit or "_"';
      files.mistakes.add(
        'bad-name',
        entry.keySpan,
        `Rename the input ${JSON.stringify(name)} of ${of}: a name is ${rule}`,
      );
    }
    const template = readTemplate(entry.value, { ...context, what: `"${name}" in "inputs" of ${of}` }, files);
    if (template !== undefined) inputs.set(name, template);
  }
  return Object.fromEntries(inputs);
}
