/** Reads what a step says of the cache. */
import type { Language } from '../../runners/contract.ts';
import type { Step } from '../model/step.ts';
import type { TableValue } from './document.ts';
import type { StepFields } from './fields/step-fields.ts';
import type { Mistakes } from './mistakes.ts';

type Caching = Pick<Step, 'cache' | 'reads' | 'writes'>;

/** `cache` is the workflow's; most steps say nothing, and share one answer. */
export function cachingOf(
  step: string,
  table: TableValue,
  { language, cache }: { readonly language: Language; readonly cache: boolean | undefined },
  fields: StepFields,
  mistakes: Mistakes,
): Caching {
  const { reads, writes, runtime } = fields;
  if (fields.cache === undefined && reads === undefined && writes === undefined) {
    return cache === undefined ? NOTHING : cache ? CACHED : UNCACHED;
  }
  const isHosted = language === 'shell' || runtime === 'native';
  if (fields.cache === true && isHosted && reads === undefined && writes === undefined) {
    mistakes.add(
      'bad-cache',
      table.entries.get('cache')?.keySpan,
      `Say which files step "${step}" reads, "reads = []" for none: it runs on the machine, where nothing else tells when its output is out of date`,
    );
  }
  for (const { text, span } of writes ?? []) {
    if (text.startsWith('/') || text.split('/').includes('..')) {
      mistakes.add('bad-cache', span, `Write "${text}" as a path below the working directory of step "${step}"`);
    }
  }
  const wanted = fields.cache ?? cache;
  return {
    ...(wanted !== undefined && { cache: wanted }),
    ...(reads !== undefined && { reads: reads.map(({ text }) => text) }),
    ...(writes !== undefined && { writes: writes.map(({ text }) => text) }),
  };
}

const NOTHING: Caching = {};
const CACHED: Caching = { cache: true };
const UNCACHED: Caching = { cache: false };
