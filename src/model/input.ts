/** What a workflow asks of whoever runs it, and what it gives back. */
import type { Span } from './source.ts';
import type { Template } from './template.ts';

export type InputType = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'file';

/** JSON whose whole numbers are within ±(2^53−1). */
export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

export interface WorkflowInput {
  readonly name: string;
  readonly span: Span;
  readonly type: InputType;
  readonly description?: string;
  /** Absent where it has to be given. */
  readonly default?: PlainValue;
  readonly enum?: readonly PlainValue[];
  /** A regular expression that the whole text has to match. */
  readonly pattern?: string;
  /** Of a number its least and greatest value, of a text or list its length. */
  readonly min?: number;
  readonly max?: number;
  /** Its value is hidden in all that is shown or kept. */
  readonly secret: boolean;
}

export const INPUT_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

export type ReturnFormat = 'json' | 'markdown' | 'plain' | 'csv';

/** One value that the run returns. */
export interface WorkflowOutput {
  readonly name: string;
  readonly value: Template;
  readonly format: ReturnFormat;
  readonly line: number;
}
