/** A shell step's code with variables where its templates stand. */
import type { Language } from '../../runners/contract.ts';
import type { Template } from '../model/template.ts';
import type { StepFields } from './fields/step-fields.ts';
import type { GivenPlace } from './given-place.ts';
import { BEHIND_DOLLAR, placeInShell } from './templates/shell.ts';
import { findTemplates, lenient } from './templates/text.ts';
import type { UseContext } from './templates/uses.ts';

/** With what these variables are to hold. */
export function readShellTemplates(
  language: Language,
  { code, cmd }: StepFields,
  { of, context, files }: GivenPlace,
): { readonly code: string; readonly computedEnv: Readonly<Record<string, Template>> } | undefined {
  const text = code ?? cmd;
  if (language !== 'shell' || text === undefined || !text.value.includes('{{')) return undefined;
  const use: UseContext = { ...context, what: `${code === undefined ? '"cmd"' : '"code"'} of ${of}` };
  const found = findTemplates(text, lenient(false, use), use, files);
  if (found.length === 0) return undefined;
  const variable = (index: number): string => `HWFE_WORD_${index + 1}`;
  const words = found.map(({ expression, at }, index): [string, Template] => [
    variable(index),
    { kind: 'expression', expression: files.uses.add(text, expression, at, use) },
  ]);
  const placed = placeInShell(text.value, found, variable);
  if (!placed.ok) {
    for (const { index, where } of placed.misplaced) {
      const { expression, at } = found[index]!;
      const named = `{{ ${expression} }} in ${use.what}`;
      const message =
        where === BEHIND_DOLLAR
          ? `Write ${named} without the "$" before it`
          : `Move ${named} out of there, as into a variable before it: it stands ${where}`;
      files.mistakes.add('misplaced-template', files.uses.locate(text, expression, at) ?? text.span, message);
    }
    return undefined;
  }
  return { code: placed.code, computedEnv: Object.fromEntries(words) };
}
