/** The fields that say whether a step runs, and which of its dependants go on. */
import type { RunRule } from '../../model/step.ts';
import type { TextValue } from '../document.ts';
import { type Word, words } from './collections.ts';
import { expression } from './expression-field.ts';
import { type Field, type FieldType, wrongType } from './field-type.ts';
import { LOOP, type LoopFields } from './loop-fields.ts';
import { FOREACH_FIELDS, type ForeachFields } from './foreach-fields.ts';
import type { Given } from '../../model/suite.ts';
import { anyValue } from './value-field.ts';
import { choice, duration, flag, number, text } from './scalars.ts';

const RULES: Readonly<Record<RunRule, RunRule>> = {
  all_success: 'all_success',
  all_done: 'all_done',
  one_success: 'one_success',
  one_failed: 'one_failed',
  none_failed: 'none_failed',
  always: 'always',
};

const STEP = { type: 'string', minLength: 1 };

export interface Case {
  readonly word: string;
  readonly steps: readonly Word[];
}

const TARGETS = words('the name of a step, or a list of names');

const cases: FieldType<readonly Case[]> = {
  schema: {
    type: 'object',
    additionalProperties: { oneOf: [STEP, { type: 'array', items: STEP }] },
  },
  takes: 'a table of values, each with the name of a step or a list of names',
  read(value, place) {
    if (value.kind !== 'table') return wrongType(value, place, this.takes);
    return [...value.entries].flatMap(([word, entry]) => {
      const steps = TARGETS.read(entry.value, { ...place, what: `${JSON.stringify(word)} in ${place.what}` });
      return steps === undefined ? [] : [{ word, steps }];
    });
  },
};

/** The steps of a `switch`, or an answer as JSON. */
export interface DefaultField {
  readonly steps?: readonly Word[];
  readonly answer?: Given;
}

const defaults: FieldType<DefaultField> = {
  schema: {
    oneOf: [STEP, { type: 'array', items: STEP }, { type: 'boolean' }, { type: 'object', additionalProperties: {} }],
  },
  takes: `${TARGETS.takes}; of a person who is asked, a table of values, true or false`,
  read(value, place) {
    if (value.kind === 'boolean' || value.kind === 'table') {
      const answer = anyValue.read(value, place);
      return answer && { answer };
    }
    const steps = TARGETS.read(value, place);
    return steps && { steps };
  },
};

export interface ControlFields extends ForeachFields {
  if?: TextValue;
  run_if?: RunRule;
  at_least?: number;
  switch?: TextValue;
  case?: readonly Case[];
  default?: DefaultField;
  loop?: LoopFields;
  retry_if?: TextValue;
  deadline?: number;
  ignore_failure?: boolean;
  fallback?: string;
  on_failure?: readonly Word[];
  compensate?: string;
}

export const CONTROL_FIELDS: { readonly [K in keyof ControlFields]-?: Field<NonNullable<ControlFields[K]>> } = {
  if: {
    type: expression,
    about: 'The step is skipped where this expression is false.',
    default: 'it is not skipped',
    example: 'run.id != ""',
  },
  run_if: {
    type: choice(RULES, 'unknown-choice', 'a rule'),
    about: 'What has to be so of the steps it depends on before it starts.',
    default: '"all_success"',
    example: 'all_done',
  },
  at_least: {
    type: number(1, 1_000_000, 'integer'),
    about: 'How many of the steps it depends on have to succeed before it starts; the others may fail.',
    default: 'all of them',
    example: 2,
  },
  switch: {
    type: expression,
    about: 'Computed when the step has succeeded: which of the steps in `case` go on. `output` is what it gave.',
    default: 'all that depend on it go on',
    example: 'output.kind',
  },
  case: {
    type: cases,
    about: 'The steps that go on, by the value of `switch` as text; they depend on this one.',
    default: 'none',
    example: { big: 'split', small: ['pack', 'send'] },
  },
  default: {
    type: defaults,
    about:
      'The steps that go on where `case` lacks the value of `switch`; of a person, the answer that counts when the time is over.',
    default: 'none of them',
    example: ['report'],
  },
  loop: LOOP,
  ...FOREACH_FIELDS,
  retry_if: {
    type: expression,
    about:
      'A failed attempt is followed by another only where this is true; `error` is how it failed, `attempt` its number.',
    default: 'whatever the failure',
    example: 'error.reason == "timed-out"',
  },
  deadline: {
    type: duration,
    about: 'How long the step may take, all its attempts, turns and delays together.',
    default: 'no limit',
    example: '10m',
  },
  ignore_failure: {
    type: flag,
    about: 'Whether the run goes on, and may succeed, though the step has failed.',
    default: 'false',
    example: true,
  },
  fallback: {
    type: text,
    about: 'The step that runs in its place when it has failed, and whose output stands in.',
    default: 'none',
    example: 'cached_prices',
  },
  on_failure: {
    type: TARGETS,
    about: 'Steps that run when it has failed; they get the failure as `inputs.failure`.',
    default: 'none',
    example: ['tell_us'],
  },
  compensate: {
    type: text,
    about: 'The step that undoes this one, which had succeeded, at the end of a run that has not; it gets its output.',
    default: 'none',
    example: 'delete_bucket',
  },
};
