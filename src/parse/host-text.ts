/** Texts of what the engine does itself, with templates in them. */
import type { Template } from '../model/template.ts';
import type { Entry, TableValue, TextValue } from './document.ts';
import type { TextContext } from './templates/text.ts';
import type { UseContext } from './templates/uses.ts';
import { readTemplate } from './templates/value.ts';

export interface HostPlace {
  readonly name: string;
  readonly entry: Entry;
  readonly table: TableValue;
  /** Where its texts stand. */
  readonly context: Omit<UseContext, 'what'>;
}

/** Nothing where it is wrong, which has been told. */
export function readHostText(
  { name, context }: HostPlace,
  field: string,
  value: TextValue | undefined,
  files: TextContext,
): Template | undefined {
  return value && readTemplate(value, { ...context, what: `"${field}" of step "${name}"` }, files);
}
