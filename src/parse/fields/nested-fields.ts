/** The fields of steps with steps inside them. */
import type { FailureMode } from '../../model/workflow.ts';
import type { RaceRule } from '../../model/host-work.ts';
import type { TableValue, TextValue } from '../document.ts';
import { named, record } from './collections.ts';
import { type Field, type Fields, type FieldType, wrongType } from './field-type.ts';
import { choice, workflowPath } from './scalars.ts';

export interface NestedFields {
  workflow?: TextValue;
  parallel?: TableValue;
  callback?: TableValue;
  race?: RaceFields;
  failure_mode?: FailureMode;
}

export interface RaceFields {
  steps?: TableValue;
  settle?: RaceRule;
}

export const FAILURE_MODES: Readonly<Record<FailureMode, FailureMode>> = {
  'no-new': 'no-new',
  kill: 'kill',
  continue: 'continue',
};

const STEPS = named({ $ref: '#/$defs/step' }, 'a table of steps by name');
const MEMBERS: FieldType<TableValue> = { ...STEPS, schema: { ...STEPS.schema, minProperties: 1 } };

const STEP: FieldType<TableValue> = {
  schema: { $ref: '#/$defs/step' },
  takes: 'a table with the fields of a step',
  read(value, place) {
    return value.kind === 'table' ? value : wrongType(value, place, this.takes);
  },
};

export const RACE: Fields<RaceFields> = {
  steps: {
    type: MEMBERS,
    about: 'The steps that race, by name.',
    example: { mirror: { cmd: 'curl -s https://mirror.example.org/data' } },
  },
  settle: {
    type: choice<RaceRule>(
      { first_success: 'first_success', first_done: 'first_done' },
      'unknown-choice',
      'an end of a race',
    ),
    about: 'What ends the race: the first step that succeeds, or the first that ends at all.',
    default: '"first_success"',
    example: 'first_done',
  },
};

export const NESTED_FIELDS: { readonly [K in keyof NestedFields]-?: Field<NonNullable<NestedFields[K]>> } = {
  workflow: {
    type: workflowPath,
    about: 'Another workflow file, relative to this one, whose steps run inside this step.',
    example: 'clean.lua',
    languages: ['workflow'],
  },
  parallel: {
    type: MEMBERS,
    about: 'Steps that run beside each other inside this step, by name.',
    example: { left: { cmd: 'make left' }, right: { cmd: 'make right' } },
    languages: ['group'],
  },
  callback: {
    type: STEP,
    about: 'A step that runs once after all in `parallel`, and gets how each ended as `inputs.outcomes`.',
    default: 'none',
    example: { code: 'return #inputs.outcomes' },
    languages: ['group'],
  },
  race: {
    type: record(RACE, 'a table with "steps" and "settle"'),
    about: 'Steps of which the first to succeed counts; the others are ended.',
    example: { steps: { near: { cmd: 'make near' }, far: { cmd: 'make far' } } },
    languages: ['race'],
  },
  failure_mode: {
    type: choice(FAILURE_MODES, 'unknown-choice', 'a failure mode'),
    about: 'The same of the steps in `parallel`.',
    default: 'as in the whole run',
    example: 'continue',
    languages: ['group'],
  },
};
