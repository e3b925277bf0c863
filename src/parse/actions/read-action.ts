/** An action of a step: which it is, and its fields as templates. */
import type { ActionName } from '../../../runners/contract.ts';
import type { Template } from '../../model/template.ts';
import { readExpression } from '../control.ts';
import type { TableValue } from '../document.ts';
import { isWhole } from '../fields/collections.ts';
import { readText, strict, type TextContext } from '../templates/text.ts';
import type { UseContext } from '../templates/uses.ts';
import { readTemplate } from '../templates/value.ts';
import { ACTIONS, type ActionFields } from './action-fields.ts';
import type { ActionValue } from './open-field.ts';
import { tellUnfit } from './unfit.ts';

/** The first that the step names; a second one is told as a conflict of fields. */
export function actionOf(table: TableValue): ActionName | undefined {
  return ACTIONS.find((name) => {
    const entry = table.entries.get(name);
    return entry !== undefined && (name !== 'file' || entry.value.kind === 'table');
  });
}

/** By field; absent where the field's value is a mistake, which has been told. */
export function readAction(
  action: ActionName,
  table: TableValue,
  fields: ActionFields,
  { context: around, files }: { readonly context: Omit<UseContext, 'what'>; readonly files: TextContext },
): Readonly<Record<string, Template>> | undefined {
  const given = fields[action as keyof ActionFields];
  const entry = table.entries.get(action)!;
  if (given === undefined || typeof given === 'string') return undefined;
  const step = `step "${around.step}"`;
  if (isWhole(entry.value, given)) tellUnfit(action, entry, step, files.mistakes);
  const templates = new Map<string, Template>();
  for (const [name, value] of Object.entries(given) as [string, ActionValue][]) {
    const isCondition = action === 'assert' && name === 'that';
    const context: UseContext = {
      ...around,
      what: `"${name}" in "${action}" of ${step}`,
      ...(isCondition && { isCondition }),
    };
    const template = templateOf(value, context, files);
    if (template !== undefined) templates.set(name, template);
  }
  const that = templates.get('that');
  if (action === 'assert' && that?.kind === 'expression' && !templates.has('message')) {
    const message = `${that.expression.text.replaceAll(/\s+/g, ' ')} is false`;
    templates.set('message', { kind: 'constant', json: JSON.stringify(message) });
  }
  return Object.fromEntries(templates);
}

function templateOf(given: ActionValue, context: UseContext, files: TextContext): Template | undefined {
  switch (given.kind) {
    case 'fixed':
      return { kind: 'constant', json: given.json };
    case 'expression':
      return { kind: 'expression', expression: readExpression(given.value, context, files) };
    case 'open': {
      const { value } = given;
      if (given.as !== 'url' || value.kind !== 'text') return readTemplate(value, context, files);
      const told = files.mistakes.count;
      const template = readText(value, strict(context), context, files);
      if (template === undefined)
        return files.mistakes.count > told ? undefined : { kind: 'constant', json: JSON.stringify(value.value) };
      return template.kind === 'text' ? { ...template, as: 'url' } : template;
    }
  }
}
