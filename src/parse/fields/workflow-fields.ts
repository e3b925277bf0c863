/** The fields of a workflow. */
import type { Isolation } from '../../../runners/contract.ts';
import type { Cap, Lock } from '../../model/concurrency.ts';
import type { ExecutionMode, FailureMode } from '../../model/workflow.ts';
import { INPUT_NAME } from '../../model/input.ts';
import type { TableValue, TextValue } from '../document.ts';
import { environment, named, tableSchema, type Word, words } from './collections.ts';
import { INPUT_FIELDS } from './input-fields.ts';
import { cap, type PoolFields, POOLS, RUN_LOCK } from './concurrency-fields.ts';
import type { Fields } from './field-type.ts';
import { CACHE, DETERMINISTIC } from './cache-fields.ts';
import { ISOLATION } from './isolation-field.ts';
import { FAILURE_MODES } from './nested-fields.ts';
import { LIMITS, type LimitsFields } from './limit-fields.ts';
import { MEMORY, type MemoryFields } from './memory-field.ts';
import { SECRETS } from './secret-names.ts';
import { type PermissionFields, PERMISSIONS } from './permission-fields.ts';
import { choice, duration, prose, text } from './scalars.ts';

export interface WorkflowFields {
  name?: string;
  description?: string;
  tags?: readonly Word[];
  mode?: ExecutionMode;
  max_parallel_steps?: Cap;
  pools?: ReadonlyMap<string, PoolFields>;
  lock?: Lock;
  failure_mode?: FailureMode;
  timeout?: number;
  env?: ReadonlyMap<string, TextValue>;
  inputs?: TableValue;
  outputs?: TableValue;
  on_failure?: readonly Word[];
  finally?: readonly Word[];
  limits?: LimitsFields;
  isolation?: Isolation;
  cache?: boolean;
  deterministic?: boolean;
  secrets?: readonly Word[];
  memory?: MemoryFields;
  permissions?: PermissionFields;
  steps?: TableValue;
  tasks?: TableValue;
}

const MODES: Readonly<Record<ExecutionMode, ExecutionMode>> = {
  sequential: 'sequential',
  parallel: 'parallel',
  'work-stealing': 'work-stealing',
};
const STEP_NAMES = words('the name of a step, or a list of names');
const STEPS = named({ $ref: '#/$defs/step' }, 'a table of steps by name');

export const WORKFLOW_FIELDS: Fields<WorkflowFields> = {
  name: {
    type: text,
    about: 'What the workflow is called.',
    default: 'the name of the file without its ending',
    example: 'nightly_report',
  },
  description: { type: prose, about: 'What the workflow is for.', example: 'Joins and scores the day\u2019s orders.' },
  tags: {
    type: words('a word, or a list of words'),
    about: 'Words by which `hwfe runs --tag` finds its runs.',
    example: ['nightly', 'team=data'],
  },
  mode: {
    type: choice(MODES, 'unknown-choice', 'a mode'),
    about: 'Whether steps run one by one, level by level, or as soon as what they depend on is done.',
    default: 'what the configuration says, else "sequential"',
    example: 'parallel',
  },
  max_parallel_steps: {
    type: cap,
    about:
      'How many steps run at once; 0 means as many as the machine has processors, "auto" fewer while it is short of something.',
    default: 'what the configuration says, else 0',
    example: 4,
  },
  pools: POOLS,
  lock: RUN_LOCK,
  failure_mode: {
    type: choice(FAILURE_MODES, 'unknown-choice', 'a failure mode'),
    about: 'After a failed step: start nothing new, stop what runs too, or go on with what does not depend on it.',
    default: '"no-new"',
    example: 'continue',
  },
  timeout: { type: duration, about: 'How long the whole run may take.', default: 'no limit', example: '10m' },
  env: { type: environment, about: 'Environment entries for every step.', example: { REGION: 'eu', DRY_RUN: true } },
  inputs: {
    type: named(tableSchema(INPUT_FIELDS), 'a table of inputs by name', INPUT_NAME),
    about: 'What whoever runs the workflow gives it.',
    default: 'none',
    example: { region: { type: 'string', default: 'eu', enum: ['eu', 'us'] } },
  },
  outputs: {
    type: named({}, 'a table of values by name', INPUT_NAME),
    about: 'What the run returns: values with templates in them, or tables with `value` and `format`.',
    default: 'the outputs of the steps that no other step needs',
    example: { run: '{{ run.id }}' },
  },
  on_failure: {
    type: STEP_NAMES,
    about: 'Steps that run at the end of a run in which a step has failed; they get `inputs.failures`.',
    default: 'none',
    example: ['tell_us'],
  },
  finally: {
    type: STEP_NAMES,
    about: 'Steps that run at the end of every run, also one that failed, was cancelled or ran out of time.',
    default: 'none',
    example: ['clean_up'],
  },
  limits: { ...LIMITS, about: 'What each step may use that does not say otherwise.' },
  isolation: {
    ...ISOLATION,
    about: 'How strictly every step is kept apart at least; a step may ask for more.',
    default: 'what the configuration asks for, else "thread"',
  },
  cache: {
    ...CACHE,
    about: 'Whether steps that do not say otherwise are left out where an earlier run did the same.',
    default: 'what the configuration says, else false',
  },
  deterministic: {
    type: DETERMINISTIC.type,
    about: 'The same of every step that does not say otherwise: a time that stands still and the same random numbers.',
    default: 'true',
    example: false,
  },
  secrets: {
    type: SECRETS,
    about: 'The secrets that steps may name; given to none of them by that.',
    default: 'what the steps name',
    example: ['API_TOKEN'],
  },
  memory: MEMORY,
  permissions: {
    ...PERMISSIONS,
    about: 'What embedded steps may do outside of themselves; a step can only narrow it.',
    default: 'nothing, but for what a step grants itself',
  },
  steps: {
    type: STEPS,
    about: 'The steps, by name.',
    example: { hello: { code: 'return "hello"' } },
  },
  tasks: { type: STEPS, about: 'The same as `steps`.', example: { hello: { cmd: 'echo hello' } } },
};
