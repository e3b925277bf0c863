/** Annotations of workflow files for Lua's language server, from the same table of fields that reads them. */
import type { JsonSchema } from './fields/field-type.ts';
import { workflowSchema } from './schema.ts';

/** A `---@meta` file with the classes `hwfe.Workflow`, `hwfe.Step` and those of their tables. */
export function luaAnnotations(): string {
  const schema = workflowSchema() as JsonSchema & { readonly $defs: { readonly step: JsonSchema } };
  const classes = new Map<string, JsonSchema>([
    ['hwfe.Workflow', schema],
    ['hwfe.Step', schema.$defs.step],
  ]);
  const written: string[] = [];
  // Classes that are met on the way join the map while it is walked.
  for (const [name, table] of classes) {
    const lines = [`---@class ${name}`];
    for (const [field, type] of Object.entries(table['properties'] as Record<string, JsonSchema>)) {
      if (name === 'hwfe.Workflow' && field === 'workflow') continue;
      lines.push(`---@field ${field}? ${typeOf(type, field, classes)} ${word(type['description'])}`.trimEnd());
    }
    written.push(lines.join('\n'));
  }
  return `---@meta\n\n${written.join('\n\n')}\n\n---@type hwfe.Workflow\nworkflow = {}\n`;
}

function typeOf(schema: JsonSchema, field: string, classes: Map<string, JsonSchema>): string {
  if (schema['$ref'] === '#/$defs/step') return 'hwfe.Step';
  if (Array.isArray(schema['enum'])) return schema['enum'].map((word) => JSON.stringify(word)).join('|');
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  for (const choice of ['oneOf', 'anyOf']) {
    const choices = schema[choice];
    if (Array.isArray(choices) && schema['type'] === undefined) {
      return [...new Set(choices.map((one: JsonSchema) => typeOf(one, field, classes)))].join('|');
    }
  }
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one) => typeOf({ type: one }, field, classes)).join('|');
  if (type === 'array') return `(${typeOf((schema['items'] ?? {}) as JsonSchema, field, classes)})[]`;
  return type === 'object' ? tableOf(schema, field, classes) : word(type) || 'any';
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A table with fields of its own gets a class; one whose keys the user chooses is `table<string, …>`. */
function tableOf(schema: JsonSchema, field: string, classes: Map<string, JsonSchema>): string {
  if (schema['properties'] === undefined) {
    return `table<string, ${typeOf(schema['additionalProperties'] as JsonSchema, field, classes)}>`;
  }
  const name = `hwfe.${field[0]!.toUpperCase()}${field.slice(1)}`;
  classes.set(name, schema);
  return name;
}
