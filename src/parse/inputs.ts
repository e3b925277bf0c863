/** Reads what a workflow asks of whoever runs it. */
import { INPUT_NAME, type InputType, type PlainValue, type WorkflowInput } from '../model/input.ts';
import { problemOfInput, wholePattern } from '../model/input-value.ts';
import { describe, type DocumentValue, type Entry, type TableValue } from './document.ts';
import { readFields } from './fields/collections.ts';
import { INPUT_FIELDS, type InputFields } from './fields/input-fields.ts';
import type { Mistakes } from './mistakes.ts';

export function readInputs(table: TableValue | undefined, mistakes: Mistakes): readonly WorkflowInput[] {
  return [...(table?.entries ?? [])].map(([name, entry]) => readInput(name, entry, mistakes));
}

/** What is wrong with it is told; the rest counts, so that what names it is no mistake as well. */
function readInput(name: string, entry: Entry, mistakes: Mistakes): WorkflowInput {
  const what = `input "${name}"`;
  const bare = { name, span: entry.keySpan, type: 'string', secret: false } as const;
  if (!INPUT_NAME.test(name) || name in Object.prototype || name === 'toJSON') {
    const message = `Rename the input ${JSON.stringify(name)}: a name is up to 64 letters, digits and "_", not beginning with a digit, and no word that JavaScript gives every object`;
    mistakes.add('bad-name', entry.keySpan, message);
    return bare;
  }
  if (entry.value.kind !== 'table') {
    const message = `Input "${name}" is ${describe(entry.value)}; it takes a table with fields such as "type" and "default"`;
    mistakes.add('wrong-type', entry.value.span, message);
    return bare;
  }
  const fields = readFields(entry.value, INPUT_FIELDS, mistakes, (field) => `"${field}" of ${what}`, what);
  const given = fields.default && plainValue(fields.default);
  const type = fields.type ?? typeOf(given);
  // Lua writes an empty list and an empty table the same.
  const isEmptyLua = fields.default?.kind === 'table' && fields.default.isEmptyLua === true;
  const first = isEmptyLua && type === 'array' ? [] : given;
  tellMisfits(what, type, entry.value, fields, mistakes);
  const declared = {
    type,
    ...(fields.pattern !== undefined && isPattern(fields.pattern) && { pattern: fields.pattern }),
    ...(fields.min !== undefined && { min: fields.min }),
    ...(fields.max !== undefined && { max: fields.max }),
  };
  const choices = fields.enum && readEnum(fields.enum, what, type, mistakes);
  const all = { ...declared, ...(choices && { enum: choices }) };
  const problem = first === undefined ? undefined : problemOfInput(first, all);
  if (fields.default !== undefined && (first === undefined || problem !== undefined)) {
    const message = `"default" of ${what} is ${describe(fields.default)}; the input ${problem ?? 'takes plain values, with whole numbers within ±(2^53−1)'}`;
    mistakes.add('bad-input', fields.default.span, message);
  }
  return {
    name,
    span: entry.keySpan,
    ...all,
    ...(fields.description !== undefined && { description: fields.description }),
    ...(first !== undefined && { default: first }),
    secret: fields.secret ?? false,
  };
}

function tellMisfits(what: string, type: InputType, table: TableValue, fields: InputFields, mistakes: Mistakes): void {
  const { pattern, min, max } = fields;
  const tell = (field: string, message: string): void =>
    mistakes.add('bad-input', table.entries.get(field)?.value.span, message);
  if (pattern !== undefined && type !== 'string')
    tell('pattern', `Leave "pattern" out: ${what} is of type "${type}", not a text`);
  if (pattern !== undefined && !isPattern(pattern)) tell('pattern', `"pattern" of ${what} is no regular expression`);
  for (const field of ['min', 'max'] as const) {
    if (fields[field] !== undefined && !['string', 'integer', 'number', 'array'].includes(type))
      tell(field, `Leave "${field}" out: ${what} is of type "${type}", which has no size`);
  }
  if (min !== undefined && max !== undefined && min > max) tell('max', `Raise "max" of ${what}: it is under "min"`);
}

function readEnum(
  value: DocumentValue,
  what: string,
  type: InputType,
  mistakes: Mistakes,
): readonly PlainValue[] | undefined {
  if (value.kind !== 'list') {
    mistakes.add('wrong-type', value.span, `"enum" of ${what} is ${describe(value)}; it takes a list of values`);
    return undefined;
  }
  return value.items.flatMap((item) => {
    const plain = plainValue(item);
    const problem = plain === undefined ? 'takes plain values' : problemOfInput(plain, { type });
    if (plain !== undefined && problem === undefined) return [plain];
    mistakes.add('bad-input', item.span, `"enum" of ${what} contains ${describe(item)}; the input ${problem}`);
    return [];
  });
}

function isPattern(pattern: string): boolean {
  try {
    wholePattern(pattern);
    return true;
  } catch {
    return false;
  }
}

function typeOf(value: PlainValue | undefined): InputType {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' && value !== null ? 'object' : 'string';
}

/** Nothing where some part of it is no plain value. */
function plainValue(value: DocumentValue): PlainValue | undefined {
  switch (value.kind) {
    case 'text':
    case 'boolean':
      return value.value;
    case 'number':
      return typeof value.value === 'number' ? value.value : undefined;
    case 'odd':
      return undefined;
    case 'list': {
      const items = value.items.map(plainValue);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'table': {
      const entries = [...value.entries].map(([key, entry]) => [key, plainValue(entry.value)] as const);
      if (entries.some(([, one]) => one === undefined)) return undefined;
      return Object.fromEntries(entries) as PlainValue;
    }
  }
}
