/** Whether a value is one that an input takes, and how a text becomes such a value. */
import type { InputType, PlainValue, WorkflowInput } from './input.ts';
import { fail, ok, type Result } from './result.ts';

type Declared = Pick<WorkflowInput, 'type' | 'enum' | 'pattern' | 'min' | 'max'>;

const NOUNS: Readonly<Record<InputType, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
  file: 'the path of a file',
};

/** What it takes, as the end of a sentence; nothing if the value is good. */
export function problemOfInput(value: PlainValue, declared: Declared): string | undefined {
  const { type, min, max, pattern } = declared;
  if (!isOfType(value, type)) return `takes ${NOUNS[type]}`;
  if (declared.enum !== undefined && !declared.enum.some((one) => isSame(one, value))) {
    return `takes one of ${declared.enum.map((one) => JSON.stringify(one)).join(', ')}`;
  }
  if (pattern !== undefined && typeof value === 'string' && !wholePattern(pattern).test(value)) {
    return `takes a text that matches ${pattern}`;
  }
  const [size, of] = sizeOf(value);
  if (size === undefined) return undefined;
  if (min !== undefined && size < min) return `takes ${of} from ${min}${max === undefined ? ' up' : ` to ${max}`}`;
  if (max !== undefined && size > max) return `takes ${of} ${min === undefined ? 'up to' : `from ${min} to`} ${max}`;
  return undefined;
}

/** Of a flag, a variable or an answer. The error is the end of a sentence about the input. */
export function readInput(text: string, declared: Declared): Result<PlainValue, string> {
  const value = fromText(text, declared.type);
  const problem = value === undefined ? `takes ${NOUNS[declared.type]}` : problemOfInput(value, declared);
  return value === undefined || problem !== undefined ? fail(problem!) : ok(value);
}

export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}

function fromText(text: string, type: InputType): PlainValue | undefined {
  switch (type) {
    case 'string':
    case 'file':
      return text;
    case 'integer':
      return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : undefined;
    case 'number':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : undefined;
    case 'boolean':
      return /^(?:true|yes|on|1)$/i.test(text.trim())
        ? true
        : /^(?:false|no|off|0)$/i.test(text.trim())
          ? false
          : undefined;
    case 'array':
    case 'object':
      return fromJson(text);
  }
}

function fromJson(text: string): PlainValue | undefined {
  try {
    return JSON.parse(text) as PlainValue;
  } catch {
    return undefined;
  }
}

function isOfType(value: PlainValue, type: InputType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'file':
      return typeof value === 'string' && value !== '' && !value.includes('\0');
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

function isSame(one: PlainValue, other: PlainValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sizeOf(value: PlainValue): readonly [number | undefined, string] {
  if (typeof value === 'number') return [value, 'a number'];
  if (typeof value === 'string') return [Array.from(value).length, 'a text of a length'];
  return Array.isArray(value) ? [value.length, 'a list of a length'] : [undefined, ''];
}
