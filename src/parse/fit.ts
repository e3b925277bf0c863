/** Tells of fields that a step's language or runtime does not know. */
import type { Isolation, Runtime } from '../../runners/contract.ts';
import type { StepKind } from '../model/step.ts';
import { type HostKind, isHostKind } from '../model/host-work.ts';
import type { TableValue } from './document.ts';
import { CONCURRENCY_FIELDS } from './fields/concurrency-fields.ts';
import { CONTROL_FIELDS } from './fields/control-fields.ts';
import type { Field } from './fields/field-type.ts';
import type { PermissionFields } from './fields/permission-fields.ts';
import { STEP_FIELDS } from './fields/step-fields.ts';
import type { Mistakes } from './mistakes.ts';

const KNOWN_TO: ReadonlyMap<string, readonly StepKind[]> = new Map(
  Object.entries<Field<unknown>>(STEP_FIELDS).flatMap(([name, field]) =>
    field.languages === undefined ? [] : [[name, field.languages]],
  ),
);
/** What steps without code may say as well. */
const GENERAL: ReadonlySet<string> = new Set([
  'description',
  'language',
  'depends_on',
  'inputs',
  'register',
  ...Object.keys(CONCURRENCY_FIELDS),
  ...Object.keys(CONTROL_FIELDS).filter((name) => name !== 'retry_if'),
]);
const CODE_ONLY: ReadonlySet<string> = new Set(['language', 'runtime', 'interpreter', 'inputs']);
/** What is said of steps with steps inside them, and of all of these together. */
const NESTED_TOO: ReadonlySet<string> = new Set([
  'timeout',
  'retries',
  'retry_delay',
  'backoff',
  'retry_if',
  'limits',
  'permissions',
  'isolation',
]);
const NESTED: ReadonlySet<StepKind> = new Set(['workflow', 'group', 'race']);
const HOST_ONLY: ReadonlySet<string> = new Set(['interpreter', 'pass_env', 'clean_env', 'working_dir']);

interface HowItRuns {
  readonly language: StepKind;
  readonly runtime: Runtime | undefined;
  readonly isolation?: Isolation | undefined;
}

export function tellMisfits(step: string, table: TableValue, how: HowItRuns, mistakes: Mistakes): void {
  for (const [name, { keySpan }] of table.entries) {
    const misfit = explainMisfit(name, how);
    if (misfit !== undefined) mistakes.add('misfit-field', keySpan, `Step "${step}" ${misfit}`);
  }
}

/** Of what a step on the host says, a sandbox can hold less than an interpreter. */
export function tellVainPermissions(
  step: string,
  { language, runtime }: HowItRuns,
  permissions: PermissionFields | undefined,
  table: TableValue,
  mistakes: Mistakes,
): void {
  if (permissions === undefined || (language !== 'shell' && runtime !== 'native')) return;
  for (const name of ['env', 'clock', 'random'] as const) {
    if (permissions[name] === undefined) continue;
    const message = `Leave "${name}" out of the permissions of step "${step}": it runs on the host, where nothing holds it to that`;
    mistakes.add('misfit-field', table.entries.get('permissions')?.keySpan, message);
  }
  for (const { text, span } of permissions.net ?? []) {
    if (text === '*') continue;
    const message = `Write net = "*" in the permissions of step "${step}", or nothing: a sandbox has all of the network or none, and cannot tell ${JSON.stringify(text)} from other hosts`;
    mistakes.add('misfit-field', span, message);
  }
}

/** The sentence's end. */
function explainMisfit(name: string, { language, runtime, isolation }: HowItRuns): string | undefined {
  const languages = KNOWN_TO.get(name);
  if (language === 'action' && (CODE_ONLY.has(name) || languages?.includes(language) === false)) {
    return `does an action, which has no "${name}"; leave it out`;
  }
  const isGeneral = GENERAL.has(name) || (NESTED.has(language) && NESTED_TOO.has(name));
  if (isHostKind(language) && !languages?.includes(language) && !isGeneral && !isTimed(language, name)) {
    return `is done by the engine itself ("${language}"), which has no "${name}"; leave it out`;
  }
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
  if (name === 'permissions' && (language === 'shell' || runtime === 'native') && isolation !== 'os') {
    return 'has "permissions", which hold a step on the host only in a sandbox, as it has your own rights else: add isolation = "os", or leave them out';
  }
  if (HOST_ONLY.has(name) && runtime === 'embedded' && language !== 'shell') {
    return `has "${name}", which an embedded step does not use; set runtime = "native" or leave it out`;
  }
  return undefined;
}

/** What may go on for ever may have an end. */
function isTimed(language: HostKind, name: string): boolean {
  return name === 'timeout' && (language === 'human' || language === 'wait_for');
}

function enumerate(languages: readonly StepKind[]): string {
  return languages.length === 1 ? languages[0]! : `${languages.slice(0, -1).join(', ')} and ${languages.at(-1)}`;
}
