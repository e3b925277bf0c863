/** Where a step says for which items it is done. */
import type { Each } from '../model/template.ts';
import type { TextContext } from './templates/text.ts';
import type { UseContext } from './templates/uses.ts';

/** The items of a step around may be named. */
export type Around = TextContext & { readonly each?: Each | undefined };

export interface Reading {
  readonly step: string;
  readonly files: Around;
}

export function contextOf({ step, files: { each } }: Reading, field: string): UseContext {
  return { step, what: `"${field}" of step "${step}"`, ...(each && { each }) };
}
