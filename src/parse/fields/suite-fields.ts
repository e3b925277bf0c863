/** The fields of a file of tests. */
import type { RunStatus } from '../../model/event.ts';
import type { Given, StepExpectation } from '../../model/suite.ts';
import type { TableValue, TextValue } from '../document.ts';
import { named, type Word, words } from './collections.ts';
import { type Fields, type FieldType, wrongType } from './field-type.ts';
import { choice, flag, prose } from './scalars.ts';
import { anyValue, valuesByName } from './value-field.ts';

export interface SuiteFields {
  workflow?: TextValue;
  tests?: TableValue;
}

export interface TestFields {
  description?: string;
  inputs?: ReadonlyMap<string, Given>;
  only?: readonly Word[];
  mocks?: TableValue;
  expect?: TableValue;
  golden?: boolean;
  ignore?: readonly Word[];
}

export interface MockFields {
  output?: Given;
  error?: string;
  golden?: boolean;
}

export interface ExpectFields {
  status?: RunStatus;
  outputs?: Given;
  steps?: TableValue;
}

export interface StepExpectFields {
  status?: NonNullable<StepExpectation['status']>;
  output?: Given;
  includes?: Given;
  error?: TextValue;
}

const NAMES = { type: 'object' } as const;

/** A text that keeps its place. */
const placed: FieldType<TextValue> = {
  schema: { type: 'string', minLength: 1 },
  takes: 'a text that is not empty',
  read(value, place) {
    return value.kind === 'text' && value.value !== '' ? value : wrongType(value, place, this.takes);
  },
};

const RUN_STATUSES: Readonly<Record<RunStatus, RunStatus>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
};
const STEP_STATUSES = { ...RUN_STATUSES, skipped: 'skipped' } as const;

export const SUITE_FIELDS: Fields<SuiteFields> = {
  workflow: {
    type: placed,
    about: 'The workflow file that is tested, relative to this file.',
    default: 'the one of the same name beside it',
    example: 'orders.lua',
  },
  tests: { type: named(NAMES, 'a table of tests by name'), about: 'The tests, by name.', example: { adds_up: {} } },
};

export const TEST_FIELDS: Fields<TestFields> = {
  description: { type: prose, about: 'What the test shows.', example: 'The total is the sum of all prices.' },
  inputs: { type: valuesByName, about: 'Values of the workflow\u2019s inputs.', example: { day: '2026-11-20' } },
  only: {
    type: words('the names of steps'),
    about: 'Run these steps only, beside those that are mocked.',
    default: 'all steps',
    example: ['total'],
  },
  mocks: {
    type: named(NAMES, 'a table of mocks by the names of steps'),
    about: 'What steps do in place of their code.',
    example: { load: { output: { prices: [1, 2] } } },
  },
  expect: {
    type: named(NAMES, 'a table with "status" and "steps"'),
    about: 'What must come of the run.',
    default: 'that it succeeds',
    example: { steps: { total: { output: { euros: 3 } } } },
  },
  golden: {
    type: flag,
    about: 'Whether all statuses and outputs must be as they were recorded.',
    default: 'false',
    example: true,
  },
  ignore: {
    type: words('places in outputs, such as "load.at" or "load.items[*].id"'),
    about: 'Places in outputs that are not compared with what was recorded.',
    example: ['load.at'],
  },
};

export const MOCK_FIELDS: Fields<MockFields> = {
  output: { type: anyValue, about: 'What the step hands on.', default: 'null', example: { prices: [1, 2] } },
  error: { type: prose, about: 'The step fails with this message.', example: 'no such host' },
  golden: { type: flag, about: 'The step does what was recorded of it.', default: 'false', example: true },
};

export const EXPECT_FIELDS: Fields<ExpectFields> = {
  status: {
    type: choice(RUN_STATUSES, 'unknown-choice', 'a status of a run'),
    about: 'How the run ends.',
    default: '"failed" where a step is expected to fail, else "succeeded"',
    example: 'failed',
  },
  outputs: { type: anyValue, about: 'What the run returns, as its `outputs` name it.', example: { euros: 3 } },
  steps: {
    type: named(NAMES, 'a table of expectations by the names of steps'),
    about: 'How steps end and what they hand on.',
    example: { total: { output: { euros: 3 } } },
  },
};

export const STEP_EXPECT_FIELDS: Fields<StepExpectFields> = {
  status: {
    type: choice(STEP_STATUSES, 'unknown-choice', 'a status of a step'),
    about: 'How the step ends.',
    default: '"failed" with `error`, else "succeeded"',
    example: 'skipped',
  },
  output: { type: anyValue, about: 'What it hands on, whole.', example: { euros: 3 } },
  includes: {
    type: anyValue,
    about: 'What its output has among other fields; lists are compared item by item.',
    example: { euros: 3 },
  },
  error: { type: placed, about: 'A part of the message with which it fails.', example: 'no paper' },
};
