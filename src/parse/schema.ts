/** The JSON Schema of workflow files, from the same table of fields that reads them. */
import { HOST_FIELDS } from '../model/host-work.ts';
import { ACTIONS } from './actions/action-fields.ts';
import { tableSchema } from './fields/collections.ts';
import type { JsonSchema } from './fields/field-type.ts';
import { STEP_FIELDS } from './fields/step-fields.ts';
import { WORKFLOW_FIELDS } from './fields/workflow-fields.ts';

const CODE_FIELDS = ['code', 'module', 'cmd', ...ACTIONS];

/** JSON Schema, draft 2020-12. What only code can check, such as dependencies, is not in it. */
export function workflowSchema(): object {
  const workflow = tableSchema(WORKFLOW_FIELDS);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'hwfe workflow',
    ...workflow,
    properties: { ...(workflow.properties as JsonSchema), workflow: { $ref: '#/$defs/workflow' } },
    $defs: {
      workflow: { ...workflow, description: 'The same fields in a table of their own, as TOML files may have them.' },
      step: {
        ...tableSchema(STEP_FIELDS),
        oneOf: [...CODE_FIELDS, ...Object.values(HOST_FIELDS)].map((field) => ({ required: [field] })),
      },
    },
  };
}
