/** Tells of fields that a step's language or runtime does not know. */
import type { Language, Runtime } from '../../runners/contract.ts';
import type { TableValue } from './document.ts';
import type { Field } from './fields/field-type.ts';
import { STEP_FIELDS } from './fields/step-fields.ts';
import type { Mistakes } from './mistakes.ts';

const KNOWN_TO: ReadonlyMap<string, readonly Language[]> = new Map(
  Object.entries<Field<unknown>>(STEP_FIELDS).flatMap(([name, field]) =>
    field.languages === undefined ? [] : [[name, field.languages]],
  ),
);
const HOST_ONLY: ReadonlySet<string> = new Set(['interpreter', 'pass_env', 'working_dir']);

export function tellMisfits(
  step: string,
  table: TableValue,
  language: Language,
  runtime: Runtime | undefined,
  mistakes: Mistakes,
): void {
  for (const [name, { keySpan }] of table.entries) {
    const misfit = explainMisfit(name, language, runtime);
    if (misfit !== undefined) mistakes.add('misfit-field', keySpan, `Step "${step}" ${misfit}`);
  }
}

/** The sentence's end. */
function explainMisfit(name: string, language: Language, runtime: Runtime | undefined): string | undefined {
  const languages = KNOWN_TO.get(name);
  if (languages !== undefined && !languages.includes(language)) {
    return `is in ${language}, which has no "${name}"; only ${enumerate(languages)} steps do`;
  }
  if (language === 'wasm' && (name === 'code' || name === 'file')) {
    return `is in wasm, which has no "${name}"; name the compiled module with "module"`;
  }
  if (name === 'runtime' && language === 'wasm' && runtime === 'native') {
    return 'cannot be native: wasm always runs embedded; leave "runtime" out';
  }
  if (name === 'runtime' && language === 'shell' && runtime === 'embedded') {
    return 'cannot be embedded: shell always runs on the host; leave "runtime" out';
  }
  if (name === 'permissions' && runtime === 'native') {
    return 'has "permissions", which hold embedded steps only: a native one has your own rights; leave one of the two out';
  }
  if (HOST_ONLY.has(name) && runtime === 'embedded' && language !== 'shell') {
    return `has "${name}", which an embedded step does not use; set runtime = "native" or leave it out`;
  }
  return undefined;
}

function enumerate(languages: readonly Language[]): string {
  return languages.length === 1 ? languages[0]! : `${languages.slice(0, -1).join(', ')} and ${languages.at(-1)}`;
}
