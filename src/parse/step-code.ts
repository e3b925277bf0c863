/** What only a step with code says. */
import type { Language } from '../../runners/contract.ts';
import { didYouMean } from '../model/nearest.ts';
import type { CodeStep } from '../model/step.ts';
import { cachingOf } from './caching.ts';
import type { Entry, TableValue } from './document.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Word } from './fields/collections.ts';
import type { StepFields } from './fields/step-fields.ts';
import { tellVainPermissions } from './fit.ts';
import type { GivenPlace } from './given-place.ts';
import { retryPolicy } from './retry.ts';
import { decodeScript } from './script.ts';
import { sharingOf } from './sharing.ts';
import { readShellTemplates } from './shell-words.ts';
import type { StepContext } from './step-context.ts';

export interface StepPlace {
  readonly name: string;
  readonly entry: Entry;
  readonly table: TableValue;
  readonly owner: string;
  readonly given: GivenPlace;
}

interface Code extends Pick<CodeStep, 'script' | 'retry'> {
  readonly environment: Environment;
  readonly caching: ReturnType<typeof cachingOf>;
  readonly sharing: ReturnType<typeof sharingOf>;
}

/** As far as it has to be computed. */
export function readCode(
  language: Language,
  { name, entry, table, owner, given }: StepPlace,
  fields: StepFields,
  context: StepContext,
): Code | undefined {
  const { mistakes } = context;
  tellVainPermissions(name, { language, runtime: fields.runtime }, fields.permissions, table, mistakes);
  const words = readShellTemplates(language, fields, given);
  const read = decodeScript({ name, entry, table, language }, fields, context);
  const script = read?.kind === 'code' && words !== undefined ? { ...read, code: words.code } : read;
  const own = readEnvironment(context.env, fields.env, given);
  const environment = words === undefined ? own : { ...own, computedEnv: { ...own.computedEnv, ...words.computedEnv } };
  const sharing = sharingOf(name, table, language, fields, { isShared: context.isShared, mistakes });
  const caching = cachingOf(name, table, { language, cache: context.cache }, fields, mistakes);
  tellUndeclared(owner, fields.secrets, context);
  const retry = retryPolicy(name, table, fields, mistakes);
  return script && { script, environment, caching, sharing, retry };
}

function tellUndeclared(owner: string, names: readonly Word[] = [], { secrets, mistakes }: StepContext): void {
  if (secrets === undefined) return;
  for (const { text, span } of names) {
    if (secrets.includes(text)) continue;
    const message = `Name "${text}" in "secrets" of the workflow too, as ${owner} uses it${didYouMean(text, secrets)}`;
    mistakes.add('undeclared-secret', span, message);
  }
}
