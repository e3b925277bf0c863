/** The fields by which a step says that it does an action in place of code. */
import type { ActionName } from '../../../runners/contract.ts';
import { record } from '../fields/collections.ts';
import type { Field, Fields, FieldType } from '../fields/field-type.ts';
import { text } from '../fields/scalars.ts';
import { FILE_FIELDS, type FileFields, OPERATION_NEEDS } from './file-fields.ts';
import { HTTP_FIELDS, type HttpFields } from './http-fields.ts';
import { LLM_FIELDS, type LlmFields } from './llm-fields.ts';
import { NOTIFY_FIELDS, type NotifyFields } from './notify-fields.ts';
import { computed, either } from './open-field.ts';
import { ASSERT_FIELDS, type AssertFields, TRANSFORM_FIELDS, type TransformFields } from './other-fields.ts';

export interface ActionFields {
  http?: HttpFields;
  /** As a text the file with the step's code. */
  file?: string | FileFields;
  llm?: LlmFields;
  transform?: TransformFields;
  assert?: AssertFields;
  notify?: NotifyFields;
}

/** By the step's field; `file` is one where it is a table. */
export const ACTIONS: readonly ActionName[] = ['http', 'file', 'llm', 'transform', 'assert', 'notify'];

export const ACTION_STEP_FIELDS: { readonly [K in keyof ActionFields]-?: Field<NonNullable<ActionFields[K]>> } = {
  http: {
    type: tableOf(HTTP_FIELDS, 'a table with "url"', [['url']]),
    about: 'Sends a request to a host that the step was granted.',
    example: { url: 'https://api.example.com/rates', query: { base: 'EUR' } },
  },
  file: {
    type: either<string | FileFields>(
      ({ kind }) => kind === 'text',
      text,
      tableOf(FILE_FIELDS, 'a table with an operation such as "read"', OPERATION_NEEDS),
    ),
    about:
      'A file with the code, relative to the workflow file; or a table: reads or changes files that the step was granted.',
    example: 'steps/clean.py',
  },
  llm: {
    type: tableOf(LLM_FIELDS, 'a table with "prompt"', [['prompt']]),
    about: 'Asks a language model of the configuration.',
    example: { prompt: 'Summarise in one sentence: {{ run.id }}' },
  },
  transform: {
    type: orExpression(
      'cel',
      tableOf(TRANSFORM_FIELDS, 'an expression, or a table with "cel", or with "pick" and "from"', [
        ['cel'],
        ['pick', 'from'],
      ]),
    ),
    about: 'Computes a value, by an expression or by a JSONPath.',
    example: 'steps.rows.output.filter(row, row.price > 3)',
  },
  assert: {
    type: orExpression(
      'that',
      tableOf(ASSERT_FIELDS, 'an expression, or a table with "that" and "message"', [['that']]),
    ),
    about: 'Fails where an expression is false.',
    example: { that: 'size(steps.rows.output) > 0', message: 'no rows' },
  },
  notify: {
    type: tableOf(NOTIFY_FIELDS, 'a table with "webhook" or "mail"', [
      ['webhook', 'text'],
      ['webhook', 'json'],
      ['mail', 'text'],
    ]),
    about: 'Tells people, by a webhook or by mail.',
    example: { webhook: 'https://hooks.example.com/T1/B2', text: 'done' },
  },
};

/** `needs`: of these lists of fields, just one has to be there; that it is so is told elsewhere. */
function tableOf<T extends object>(
  fields: Fields<T>,
  takes: string,
  needs: readonly (readonly string[])[],
): FieldType<T> {
  const type = record(fields, takes);
  return { ...type, schema: { ...type.schema, oneOf: needs.map((required) => ({ required })) } };
}

/** A text alone is the one field of the table that has to be there. */
function orExpression<T extends object>(field: keyof T, table: FieldType<T>): FieldType<T> {
  const short: FieldType<T> = {
    schema: computed.schema,
    takes: computed.takes,
    read(value, place) {
      const read = computed.read(value, place);
      return read === undefined ? undefined : ({ [field]: read } as T);
    },
  };
  return either(({ kind }) => kind === 'text', short, table);
}
