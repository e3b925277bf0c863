/** Reads what a workflow and a step say of the memory that steps share. */
import type { Language } from '../../runners/contract.ts';
import type { SharedMemorySettings } from '../model/workflow.ts';
import type { CodeStep } from '../model/step.ts';
import type { TableValue } from './document.ts';
import type { MemoryFields } from './fields/memory-field.ts';
import type { StepFields } from './fields/step-fields.ts';
import type { Mistakes } from './mistakes.ts';

const DEFAULT_BYTES = 16 * 1024 * 1024;

/** Nothing where the workflow has none. */
export function sharedMemory(fields: MemoryFields | undefined, mistakes: Mistakes): SharedMemorySettings | undefined {
  if (fields === undefined || fields.isOff === true) return undefined;
  const initial = new Map<string, string>();
  const limit = fields.size ?? DEFAULT_BYTES;
  let bytes = 0;
  for (const [key, { json, span }] of fields.initial ?? []) {
    initial.set(key, json);
    bytes += key.length + Buffer.byteLength(json);
    if (bytes > limit)
      mistakes.add(
        'bad-size',
        span,
        `Set a larger "size" in "memory": what is in "initial" has more than ${limit} bytes`,
      );
  }
  return { limit, initial };
}

/** What others do to the memory is no part of what a step is given, so that no step that sees it can be cached. */
export function sharingOf(
  step: string,
  table: TableValue,
  language: Language,
  fields: StepFields,
  { isShared, mistakes }: { readonly isShared: boolean; readonly mistakes: Mistakes },
): Pick<CodeStep, 'sharesMemory'> {
  if (fields.memory === true && !isShared) {
    const message = `Add memory = true to the workflow too: step "${step}" cannot share what is not there`;
    mistakes.add('misfit-field', table.entries.get('memory')?.keySpan, message);
  }
  if (!isShared || fields.memory === false || language === 'wasm' || language === 'action') return NONE;
  if (fields.cache === true) {
    mistakes.add(
      'bad-cache',
      table.entries.get('cache')?.keySpan,
      `Add memory = false to step "${step}", or leave out "cache": what it finds in the shared memory may be another each time`,
    );
  }
  return SHARING;
}

const NONE: Pick<CodeStep, 'sharesMemory'> = {};
const SHARING: Pick<CodeStep, 'sharesMemory'> = { sharesMemory: true };
