/** Which language a step is in, or which work of the engine's own it is, by its fields. */
import { HOST_FIELDS, type HostKind } from '../model/host-work.ts';
import type { StepKind } from '../model/step.ts';
import { actionOf } from './actions/read-action.ts';
import type { TableValue } from './document.ts';
import type { StepFields } from './fields/step-fields.ts';
import { languageOfFile } from './script.ts';

/** Nothing if the file names a language that does not exist, which has been told. */
export function kindOf(table: TableValue, fields: StepFields): StepKind | undefined {
  if (actionOf(table) !== undefined) return 'action';
  if (table.entries.has('language')) return fields.language;
  const host = (Object.keys(HOST_FIELDS) as HostKind[]).find((kind) => table.entries.has(HOST_FIELDS[kind]));
  if (host !== undefined) return host;
  if (table.entries.has('cmd')) return 'shell';
  if (table.entries.has('module')) return 'wasm';
  return languageOfFile(typeof fields.file === 'string' ? fields.file : '') ?? 'lua';
}
