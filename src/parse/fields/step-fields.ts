/** The fields of a step. */
import type { Isolation, Language, Runtime } from '../../../runners/contract.ts';
import type { StepKind } from '../../model/step.ts';
import { LANGUAGE_NAMES } from '../../model/language-names.ts';
import { type HostKind, HOST_FIELDS } from '../../model/host-work.ts';
import type { TableValue, TextValue } from '../document.ts';
import { environment, list, named, record, type Word, words } from './collections.ts';
import { ACTION_STEP_FIELDS, type ActionFields } from '../actions/action-fields.ts';
import type { Field, Fields } from './field-type.ts';
import { CONCURRENCY_FIELDS, type ConcurrencyFields } from './concurrency-fields.ts';
import { CONTROL_FIELDS, type ControlFields } from './control-fields.ts';
import { CACHE, DETERMINISTIC, READS, WRITES } from './cache-fields.ts';
import { ISOLATION } from './isolation-field.ts';
import { LIMITS, type LimitsFields } from './limit-fields.ts';
import { SECRETS } from './secret-names.ts';
import { NESTED_FIELDS, type NestedFields } from './nested-fields.ts';
import { type PermissionFields, PERMISSIONS } from './permission-fields.ts';
import type { Given } from '../../model/suite.ts';
import { WAIT_FIELDS, type WaitForFields } from './wait-fields.ts';
import { variableName } from './variable-name.ts';
import { argument, choice, code, duration, flag, number, prose, text } from './scalars.ts';

export interface StepFields extends ControlFields, ConcurrencyFields, ActionFields, NestedFields {
  description?: string;
  language?: StepKind;
  runtime?: Runtime;
  isolation?: Isolation;
  interpreter?: string;
  code?: TextValue;
  module?: string;
  cmd?: TextValue;
  func?: string;
  function?: string;
  args?: readonly (number | bigint | string)[];
  depends_on?: readonly Word[];
  wait?: number;
  wait_until?: TextValue;
  wait_for?: WaitForFields;
  title?: TextValue;
  assignee?: TextValue;
  form?: Given;
  timeout?: number;
  retries?: number;
  retry_delay?: number;
  backoff?: BackoffFields;
  env?: ReadonlyMap<string, TextValue>;
  inputs?: TableValue;
  register?: string;
  pass_env?: readonly Word[];
  clean_env?: boolean;
  secrets?: readonly Word[];
  working_dir?: string;
  packages?: readonly Word[];
  limits?: LimitsFields;
  cache?: boolean;
  deterministic?: boolean;
  memory?: boolean;
  reads?: readonly Word[];
  writes?: readonly Word[];
  permissions?: PermissionFields;
}

export interface BackoffFields {
  kind?: 'exponential';
  base?: number;
  factor?: number;
  max?: number;
  jitter?: number;
}

const LANGUAGES: Readonly<Record<string, StepKind>> = Object.fromEntries([
  ...Object.entries(LANGUAGE_NAMES).flatMap(([language, names]) => names.map((name) => [name, language as Language])),
  ...Object.keys(HOST_FIELDS).map((kind) => [kind, kind as HostKind]),
]);
const HOSTED: readonly Language[] = ['lua', 'javascript', 'python', 'shell'];

const BACKOFF: Fields<BackoffFields> = {
  kind: {
    type: choice({ exponential: 'exponential' }, 'bad-backoff', 'a kind of backoff'),
    about: 'How delays grow.',
    default: '"exponential"',
    example: 'exponential',
  },
  base: { type: duration, about: 'The first delay.', default: '`retry_delay`, else "1s"', example: '500ms' },
  factor: {
    type: number(1, 1000, 'number'),
    about: 'How many times longer each delay is than the one before.',
    default: '2',
    example: 2,
  },
  max: { type: duration, about: 'The longest delay.', default: '"1m", or `base` where that is longer', example: '30s' },
  jitter: {
    type: number(0, 1, 'number'),
    about: 'By which share of itself a delay may vary, at random, up or down.',
    default: '0',
    example: 0.2,
  },
};

const FUNC: Field<string> = {
  type: text,
  about: 'The WASM export that is called.',
  default: '"run"',
  example: 'transform',
  languages: ['wasm'],
};

export const STEP_FIELDS: Fields<StepFields> = {
  description: { type: prose, about: 'What the step is for.', example: 'Drops rows without a price.' },
  language: {
    type: choice(LANGUAGES, 'unknown-language', 'a language hwfe runs'),
    about: 'The language of the code, or the word for what the engine does itself.',
    default: '"shell" with `cmd`, "wasm" with `module`, what the ending of `file` says, else "lua"',
    example: 'python',
  },
  runtime: {
    type: choice<Runtime>({ embedded: 'embedded', native: 'native' }, 'unknown-choice', 'a runtime'),
    about: 'Whether the code runs inside hwfe or on the interpreter of the host.',
    default: 'what the configuration says, else "embedded"; shell always runs on the host',
    example: 'native',
  },
  isolation: ISOLATION,
  interpreter: {
    type: text,
    about: 'The host program that runs a shell or native step.',
    default: 'what the configuration says',
    example: '/usr/bin/python3.12',
    languages: HOSTED,
  },
  code: { type: code, about: 'The code.', example: 'return { greeting = "hello" }' },
  module: {
    type: text,
    about:
      'A WASM module, looked up where hwfe was started, then beside the workflow file, then in the modules folder.',
    example: 'score.wasm',
    languages: ['wasm'],
  },
  cmd: { type: code, about: 'Shell code.', example: 'sort orders.csv | head', languages: ['shell'] },
  func: FUNC,
  function: { ...FUNC, about: 'The same as `func`.' },
  args: {
    type: list(argument),
    about: 'Numbers for a WASM function, or words for a WASI command.',
    example: [1, 2],
    languages: ['wasm'],
  },
  ...ACTION_STEP_FIELDS,
  depends_on: {
    type: words('the name of a step, or a list of names'),
    about: 'The steps whose outputs this one gets; it starts when they are done.',
    default: 'none',
    example: ['fetch', 'clean'],
  },
  ...CONTROL_FIELDS,
  ...CONCURRENCY_FIELDS,
  ...NESTED_FIELDS,
  wait: {
    type: duration,
    about: 'The step has no code, and lets so much time pass.',
    default: 'it does not wait',
    example: '10m',
    languages: ['wait'],
  },
  ...WAIT_FIELDS,
  inputs: {
    type: named({}, 'a table of values by name'),
    about: 'Values that the step gets beside the outputs of what it depends on; their texts may have templates.',
    default: 'none',
    example: { run: '{{ run.id }}', limit: 10 },
  },
  register: {
    type: variableName,
    about: 'Keeps the output, or the last line that a shell step printed, as `vars.NAME` of expressions.',
    default: 'nothing is kept',
    example: 'version',
  },
  timeout: { type: duration, about: 'How long one attempt may take.', default: 'no limit', example: '30s' },
  retries: {
    type: number(0, 1_000_000, 'integer'),
    about: 'How many further attempts follow a failed one.',
    default: '0',
    example: 3,
  },
  retry_delay: { type: duration, about: 'The time between attempts.', default: '0', example: '2s' },
  backoff: {
    type: record(BACKOFF, 'a table with "kind", "base", "factor", "max", "jitter"'),
    about: 'Growing delays between attempts.',
    example: { kind: 'exponential', base: '500ms', factor: 2, max: '30s', jitter: 0.2 },
  },
  env: { type: environment, about: 'Environment entries, over those of the workflow.', example: { LEVEL: 3 } },
  pass_env: {
    type: words('a pattern such as "AWS_*", or a list of patterns'),
    about: 'Which environment entries of the host a shell or native step gets; "*" means all.',
    default: 'none',
    example: ['AWS_*'],
    languages: HOSTED,
  },
  clean_env: {
    type: flag,
    about: 'Whether a shell or native step gets nothing of the host but what `pass_env` names, not even PATH and HOME.',
    default: 'false',
    example: true,
    languages: HOSTED,
  },
  secrets: {
    type: SECRETS,
    about: 'The secrets that the step gets as environment entries; no other step sees them, and no report shows them.',
    default: 'none',
    example: ['API_TOKEN'],
  },
  working_dir: {
    type: text,
    about: 'Where a shell or native step runs, relative to the workflow file.',
    default: 'where hwfe was started',
    example: 'data',
    languages: HOSTED,
  },
  packages: {
    type: words('the name of a package, or a list of names'),
    about: 'Python distributions that the step imports.',
    default: 'none',
    example: ['pandas'],
    languages: ['python'],
  },
  limits: LIMITS,
  cache: CACHE,
  memory: {
    type: flag,
    about: 'Whether the step has a part in the memory that the workflow’s steps share; without one, it may be cached.',
    default: 'true where the workflow has one',
    example: false,
    languages: ['lua', 'javascript', 'python', 'shell'],
  },
  deterministic: DETERMINISTIC,
  reads: READS,
  writes: WRITES,
  permissions: PERMISSIONS,
};
