/** What a field takes: one description that both reads values and writes the JSON Schema. */
import type { StepKind } from '../../model/step.ts';
import type { ParseCode } from '../codes.ts';
import { describe, type DocumentValue } from '../document.ts';
import type { Mistakes } from '../mistakes.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** Where a value was found. */
export interface Place {
  readonly mistakes: Mistakes;
  /** The subject of a sentence about it: `"timeout" of step "build"`. */
  readonly what: string;
}

export interface FieldType<T> {
  readonly schema: JsonSchema;
  /** Ends the sentence `it takes …`. */
  readonly takes: string;
  /** Nothing if the value is a mistake, which has then been told. */
  read(value: DocumentValue, place: Place): T | undefined;
}

export interface Field<T> {
  readonly type: FieldType<T>;
  /** One sentence for the manual and the schema. */
  readonly about: string;
  /** As a file would write it, or in words. */
  readonly default?: string;
  /** As JSON would write it. */
  readonly example: unknown;
  /** The kinds of steps that know the field; absent for all that run code. */
  readonly languages?: readonly StepKind[];
}

/** A table with these fields, all of them optional. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<NonNullable<T[K]>> };

export function wrongType(value: DocumentValue, place: Place, takes: string): undefined {
  return refuse('wrong-type', value, place, takes);
}

/** Tells that a value is of the right type, but not one that the field takes. */
export function refuse(code: ParseCode, value: DocumentValue, place: Place, takes: string): undefined {
  place.mistakes.add(code, value.span, `${place.what} is ${describe(value)}; it takes ${takes}`);
  return undefined;
}
