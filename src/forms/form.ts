/** What a person is asked for: a JSON Schema of an object, and whether values fit it. */
import type { PlainValue } from '../model/input.ts';
import { sentencesFor } from './alternatives.ts';
import { misfitsOf } from './validator.ts';

type Fields = { readonly [key: string]: PlainValue };

/** One thing that is asked for. */
export interface FormField {
  readonly name: string;
  /** What JSON Schema calls it; absent for anything. */
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly PlainValue[];
  readonly default?: PlainValue;
  readonly isRequired: boolean;
}

const TYPES: readonly string[] = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'];

/** Sentences about what makes it no form; empty for one that is. */
export function problemsOf(form: PlainValue): string[] {
  const problems: string[] = [];
  look(form, '', problems);
  const type = isFields(form) ? form['type'] : undefined;
  const isTold = typeof type === 'string' && !TYPES.includes(type);
  if (type !== undefined && type !== 'object' && !isTold)
    problems.push('its "type" is "object", since people give values by name');
  if (problems.length > 0) return problems;
  try {
    misfitsOf(form as object, {});
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Sentences about what of the values does not fit; empty where all do. Without a form nothing is given. */
export function misfits(form: PlainValue | undefined, values: PlainValue): string[] {
  if (!isFields(values)) return ['The answer has to be an object of values by name'];
  if (form === undefined) {
    const [name] = Object.keys(values);
    return name === undefined ? [] : [`"${name}" was not asked for, since the step has no form`];
  }
  return sentencesFor(misfitsOf(form as object, values), form, values);
}

/** What is asked for at the top of the form, in its order. */
export function fieldsOf(form: PlainValue | undefined): FormField[] {
  const properties = isFields(form) && isFields(form['properties']) ? form['properties'] : {};
  const required = isFields(form) && Array.isArray(form['required']) ? (form['required'] as PlainValue[]) : [];
  return Object.entries(properties).map(([name, of]): FormField => {
    const { type, title, description, enum: words, default: usual } = isFields(of) ? of : {};
    return {
      name,
      ...(typeof type === 'string' && { type }),
      ...(typeof title === 'string' && { title }),
      ...(typeof description === 'string' && { description }),
      ...(Array.isArray(words) && { enum: words as PlainValue[] }),
      ...(usual !== undefined && { default: usual }),
      isRequired: required.includes(name),
    };
  });
}

/** What was typed, as the field takes it: text where it takes text, else JSON where it is some. */
export function valueFor({ type, enum: words }: Pick<FormField, 'type' | 'enum'>, typed: string): PlainValue {
  if (words?.includes(typed) === true || type === 'string') return typed;
  if (type === 'boolean' && /^(y|yes)$/i.test(typed)) return true;
  if (type === 'boolean' && /^(n|no)$/i.test(typed)) return false;
  try {
    return JSON.parse(typed) as PlainValue;
  } catch {
    return typed;
  }
}

/** Values that the form gives what was left out. */
export function withDefaults(form: PlainValue | undefined, values: PlainValue): PlainValue {
  if (!isFields(values)) return values;
  const usual = fieldsOf(form).flatMap((field) =>
    field.default === undefined || Object.hasOwn(values, field.name) ? [] : [[field.name, field.default] as const],
  );
  return usual.length === 0 ? values : { ...values, ...Object.fromEntries(usual) };
}

function isFields(value: PlainValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the keywords that matter hold what they may. */
function look(schema: PlainValue, at: string, problems: string[]): void {
  const tell = (what: string): void => void problems.push(at === '' ? what : `at "${at}", ${what}`);
  if (typeof schema === 'boolean' && at !== '') return;
  if (!isFields(schema)) {
    tell('there has to be a table');
    return;
  }
  const below = (name: string): string => (at === '' ? name : `${at}.${name}`);
  for (const [keyword, value] of Object.entries(schema)) {
    switch (keyword) {
      case 'type': {
        const types = Array.isArray(value) ? (value as PlainValue[]) : [value];
        for (const type of types)
          if (typeof type !== 'string' || !TYPES.includes(type))
            tell(`"type" is ${JSON.stringify(type)}; it takes ${TYPES.map((word) => `"${word}"`).join(', ')}`);
        break;
      }
      case 'properties':
      case 'patternProperties':
      case '$defs':
        if (!isFields(value)) tell(`"${keyword}" takes a table of schemas by name`);
        else for (const [name, inner] of Object.entries(value)) look(inner, below(name), problems);
        break;
      case 'items':
      case 'additionalProperties':
      case 'not':
      case 'contains':
      case 'if':
      case 'then':
      case 'else':
        look(value, below(keyword), problems);
        break;
      case 'anyOf':
      case 'allOf':
      case 'oneOf':
        if (!Array.isArray(value) || value.length === 0) tell(`"${keyword}" takes a list of schemas`);
        else value.forEach((inner, i) => look(inner as PlainValue, below(`${keyword}.${i}`), problems));
        break;
      case 'required':
        // An empty list of Lua is an empty table.
        if (isFields(value) ? Object.keys(value).length > 0 : !isTexts(value)) tell('"required" takes a list of names');
        break;
      case 'enum':
        if (!Array.isArray(value) || value.length === 0) tell('"enum" takes a list of values');
        break;
      case 'pattern':
        if (!isPattern(value)) tell(`"pattern" is ${JSON.stringify(value)}, which is no regular expression`);
        break;
      case 'minimum':
      case 'maximum':
      case 'exclusiveMinimum':
      case 'exclusiveMaximum':
      case 'multipleOf':
        if (typeof value !== 'number') tell(`"${keyword}" takes a number`);
        break;
      case 'minLength':
      case 'maxLength':
      case 'minItems':
      case 'maxItems':
      case 'minProperties':
      case 'maxProperties':
        if (!Number.isInteger(value) || Number(value) < 0) tell(`"${keyword}" takes a whole number from 0`);
        break;
      case '$ref':
        if (typeof value !== 'string' || !value.startsWith('#'))
          tell('"$ref" takes a place in the form itself, such as "#/$defs/address"');
        break;
      default:
        break;
    }
  }
}

function isTexts(value: PlainValue): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isPattern(value: PlainValue): boolean {
  if (typeof value !== 'string') return false;
  try {
    new RegExp(value, 'u');
    return true;
  } catch {
    return false;
  }
}
