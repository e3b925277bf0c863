/** Reads what a workflow gives back. */
import type { ReturnFormat, WorkflowOutput } from '../model/input.ts';
import { INPUT_NAME } from '../model/input.ts';
import { didYouMean } from '../model/nearest.ts';
import { describe, type Entry, type TableValue } from './document.ts';
import type { Lines } from './lines.ts';
import type { TextContext } from './templates/text.ts';
import { readTemplate } from './templates/value.ts';

const FORMATS: readonly ReturnFormat[] = ['json', 'markdown', 'plain', 'csv'];

export function readOutputs(
  table: TableValue | undefined,
  lines: Lines,
  files: TextContext,
): readonly WorkflowOutput[] {
  return [...(table?.entries ?? [])].flatMap(([name, entry]) => {
    const what = `output "${name}"`;
    if (!INPUT_NAME.test(name)) {
      const message = `Rename the output ${JSON.stringify(name)}: a name is up to 64 letters, digits and "_", not beginning with a digit`;
      files.mistakes.add('bad-name', entry.keySpan, message);
    }
    const { value, format } = declared(entry, what, files);
    const template = readTemplate(value, { what }, files);
    return template === undefined ? [] : [{ name, value: template, format, line: lines.lineOf(entry.keySpan.start) }];
  });
}

/** `{ value = …, format = … }`, else a value as it stands. */
function declared(
  { value: given }: Entry,
  what: string,
  { mistakes }: TextContext,
): { readonly value: Entry['value']; readonly format: ReturnFormat } {
  const value = given.kind === 'table' ? given.entries.get('value')?.value : undefined;
  const isDeclared =
    given.kind === 'table' && [...given.entries.keys()].every((key) => ['value', 'format'].includes(key));
  if (value === undefined || !isDeclared) return { value: given, format: 'json' };
  const format = given.entries.get('format')?.value;
  const known = format?.kind === 'text' ? FORMATS.find((one) => one === format.value) : undefined;
  if (format !== undefined && known === undefined) {
    const guess = format.kind === 'text' ? didYouMean(format.value, FORMATS) : '';
    const choices = guess || `; it takes one of ${FORMATS.map((one) => `"${one}"`).join(', ')}`;
    mistakes.add(
      'unknown-choice',
      format.span,
      `"format" of ${what} is ${describe(format)}, which is not a format${choices}`,
    );
  }
  return { value, format: known ?? 'json' };
}
