/** Says in a few words what of an answer does not fit its form. */
import type { PlainValue } from '../model/input.ts';

/** As the JSON Schema library tells it. */
export interface Misfit {
  readonly keyword: string;
  /** `#/properties/amount/minimum`. */
  readonly keywordLocation: string;
  /** `#/amount`. */
  readonly instanceLocation: string;
  readonly error: string;
}

/** `"amount" takes 1 or more, not 0`: without a stop at its end, since it may be one of several. */
export function sentenceFor(misfit: Misfit, form: PlainValue, values: PlainValue): string {
  const { keyword, keywordLocation, instanceLocation, error } = misfit;
  const path = partsOf(instanceLocation);
  const wish = wishAt(form, partsOf(keywordLocation));
  const value = at(values, path);
  const who = named(path);
  const not = value === undefined ? '' : `, not ${shown(value)}`;
  if (keyword === 'dependentRequired') {
    const [, having, lacking] = /"(.*)" but does not have "(.*)"/s.exec(error) ?? [];
    if (lacking !== undefined)
      return `${named([...path, lacking])} is missing, which ${named([...path, having!])} needs beside it`;
  }
  if (wish === undefined && keyword !== 'required' && keyword !== 'false')
    return `${who} does not fit: ${error.replace(/\.$/, '')}`;
  switch (keyword) {
    case 'type':
      return `${who} takes ${listed([wish].flat().map(typeWord))}${not}`;
    case 'required':
      return `${named([...path, /"(.*)"/s.exec(error)?.[1] ?? '?'])} is missing`;
    case 'enum':
      return `${who} takes ${listed([wish ?? []].flat().map(shown))}${not}`;
    case 'const':
      return `${who} takes ${shown(wish)}${not}`;
    case 'minimum':
      return `${who} takes ${shown(wish)} or more${not}`;
    case 'maximum':
      return `${who} takes ${shown(wish)} or less${not}`;
    case 'exclusiveMinimum':
      return `${who} takes more than ${shown(wish)}${not}`;
    case 'exclusiveMaximum':
      return `${who} takes less than ${shown(wish)}${not}`;
    case 'multipleOf':
      return `${who} takes a multiple of ${shown(wish)}${not}`;
    case 'minLength':
      return `${who} takes ${counted(wish, 'character')} or more${not}`;
    case 'maxLength':
      return `${who} takes ${counted(wish, 'character')} or fewer${not}`;
    case 'minItems':
      return `${who} takes ${counted(wish, 'item')} or more${has(value)}`;
    case 'maxItems':
      return `${who} takes ${counted(wish, 'item')} or fewer${has(value)}`;
    case 'uniqueItems':
      return `${who} has the same item twice`;
    case 'pattern':
      return `${who} takes text that matches ${shown(wish)}${not}`;
    case 'format':
      return `${who} takes text of the format ${shown(wish)}${not}`;
    case 'false':
      return `${who} was not asked for`;
    case 'not':
      return `${who} may not be ${shown(value)}`;
    case 'contains':
      return `${who} has no item that fits`;
    case 'oneOf':
      return `${who} fits more than one of the alternatives, and has to fit one alone`;
    default:
      return `${who} does not fit: ${error.replace(/\.$/, '')}`;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
  null: 'null',
};

function typeWord(type: PlainValue | undefined): string {
  return typeof type === 'string' ? (TYPE_WORDS[type] ?? type) : '?';
}

function counted(count: PlainValue | undefined, what: string): string {
  return `${shown(count)} ${what}${count === 1 ? '' : 's'}`;
}

function has(value: PlainValue | undefined): string {
  return Array.isArray(value) ? `, and has ${value.length}` : '';
}

/** `"a", "b" or "c"`. */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}

const LONGEST = 60;

function shown(value: PlainValue | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function named(path: readonly string[]): string {
  return path.length === 0 ? 'The answer' : JSON.stringify(path.join('.'));
}

/** Of a JSON pointer, as it stands in a fragment. */
function partsOf(pointer: string): string[] {
  const parts = pointer.replace(/^#\/?/, '');
  return parts === '' ? [] : parts.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The library's places lead through references. */
function wishAt(form: PlainValue, [first, ...rest]: readonly string[], root = form): PlainValue | undefined {
  if (first === undefined) return form;
  const next = at(form, [first]);
  const target = first === '$ref' && typeof next === 'string' ? at(root, partsOf(next)) : next;
  return target === undefined ? undefined : wishAt(target, rest, root);
}

function at(value: PlainValue, path: readonly string[]): PlainValue | undefined {
  let found: PlainValue | undefined = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Readonly<Record<string, PlainValue>>)[part];
  }
  return found;
}
