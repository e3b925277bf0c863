/** What a workflow file says, whatever its notation: values with the places they were read from. */
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SourceFile, Span } from '../model/source.ts';

export interface Document {
  readonly file: SourceFile;
  readonly root: TableValue;
  /** Mistakes that the notation allows but we do not, such as a key given twice; and warnings. */
  readonly mistakes: readonly Diagnostic[];
  /** There is no file; errors of a step are shown by their line in its code. */
  readonly isObject?: boolean;
}

export type DocumentValue = TableValue | ListValue | TextValue | NumberValue | BooleanValue | OddValue;

/** Keys are compared as text only, so that `constructor` is a key like any other. */
export interface TableValue {
  readonly kind: 'table';
  readonly span: Span;
  /** In declared order. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Lua writes an empty list and an empty table the same. */
  readonly isEmptyLua?: boolean;
}

export interface Entry {
  readonly keySpan: Span;
  readonly value: DocumentValue;
}

export interface ListValue {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly DocumentValue[];
}

export interface TextValue {
  readonly kind: 'text';
  readonly span: Span;
  readonly value: string;
  /** Offset in the file of the text's first character. */
  readonly start: number;
  /** The file shows the text line by line, from `start` on. */
  readonly verbatim: boolean;
}

export interface NumberValue {
  readonly kind: 'number';
  readonly span: Span;
  /** A bigint where a JavaScript number would not be exact. */
  readonly value: number | bigint;
}

export interface BooleanValue {
  readonly kind: 'boolean';
  readonly span: Span;
  readonly value: boolean;
}

/** A value that no field takes. */
export interface OddValue {
  readonly kind: 'odd';
  readonly span: Span;
  readonly what: Oddity;
}

export type Oddity =
  | 'function'
  | 'userdata'
  | 'coroutine'
  | 'not-a-number'
  | 'bad-text'
  | 'cycle'
  | 'too-deep'
  | 'too-many'
  | 'odd-key'
  | 'date'
  | 'huge-integer'
  | 'null';

/** More levels than any workflow has; deeper values are told as a mistake. */
export const DEEPEST = 64;

const ODDITIES: Readonly<Record<Oddity, string>> = {
  function: 'a function',
  userdata: 'a userdata value',
  coroutine: 'a coroutine',
  'not-a-number': 'not a finite number',
  'bad-text': 'text that is not valid UTF-8',
  cycle: 'a table that contains itself',
  'too-deep': `nested more than ${DEEPEST} levels deep`,
  'too-many': 'one of more values than a workflow may have',
  'odd-key': 'a table with a key that is neither text nor a whole number',
  date: 'a date',
  'huge-integer': 'an integer of more than 64 bits',
  null: 'null',
};

/** The value in a sentence: `a list`, `the number 5`, `the text "x"`. */
export function describe(value: DocumentValue): string {
  switch (value.kind) {
    case 'table':
      return value.entries.size === 0 ? 'an empty table' : 'a table';
    case 'list':
      return 'a list';
    case 'text':
      return value.value.length <= 40 && !value.value.includes('\n')
        ? `the text ${JSON.stringify(value.value)}`
        : 'a text';
    case 'number':
      return `the number ${value.value}`;
    case 'boolean':
      return `${value.value}`;
    case 'odd':
      return ODDITIES[value.what];
  }
}
