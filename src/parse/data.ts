/** The values that a step is given beside what it depends on, and the templates in its environment and shell code. */
import type { Language } from '../../runners/contract.ts';
import type { Template } from '../model/template.ts';
import { NAME, type Step } from '../model/step.ts';
import type { TableValue, TextValue } from './document.ts';
import type { StepFields } from './fields/step-fields.ts';
import { BEHIND_DOLLAR, placeInShell } from './templates/shell.ts';
import { findTemplates, lenient, readText, type TextContext } from './templates/text.ts';
import type { UseContext } from './templates/uses.ts';
import { readTemplate } from './templates/value.ts';

export type Environment = Pick<Step, 'env' | 'computedEnv'>;

/** Most steps have none, and share it. */
const NO_ENVIRONMENT: Environment = { env: {} };

/** The workflow's entries below the step's. */
export function readEnvironment(
  workflow: ReadonlyMap<string, TextValue>,
  step: ReadonlyMap<string, TextValue> | undefined,
  {
    of,
    context,
    files,
  }: { readonly of: string; readonly context: Omit<UseContext, 'what'>; readonly files: TextContext },
): Environment {
  if (workflow.size + (step?.size ?? 0) === 0) return NO_ENVIRONMENT;
  const env = new Map<string, string>();
  const computed = new Map<string, Template>();
  for (const [name, value] of new Map([...workflow, ...(step ?? [])])) {
    const isOwn = step?.has(name) === true;
    const use: UseContext = isOwn
      ? { ...context, what: `"${name}" in "env" of ${of}` }
      : { ...context, what: `"${name}" in "env" of the workflow`, isEarly: true };
    const template = readText(value, lenient(true, use), use, files);
    if (template === undefined) env.set(name, value.value);
    else computed.set(name, template);
  }
  return { env: Object.fromEntries(env), ...(computed.size > 0 && { computedEnv: Object.fromEntries(computed) }) };
}

/** What a step's `inputs` name. */
export function readStepInputs(
  table: TableValue | undefined,
  {
    of,
    context,
    files,
  }: { readonly of: string; readonly context: Omit<UseContext, 'what'>; readonly files: TextContext },
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

/** A shell step's code with variables where its templates stand, and what these variables are to hold. */
export function readShellTemplates(
  language: Language,
  { code, cmd }: StepFields,
  {
    of,
    context,
    files,
  }: { readonly of: string; readonly context: Omit<UseContext, 'what'>; readonly files: TextContext },
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
