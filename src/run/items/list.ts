/** The items that a step is done for, computed when it starts. */
import type { EncodedValue, StepFailure } from '../../../runners/contract.ts';
import { joined, members, pieces, withRecords } from '../../../runners/value.ts';
import { filesMatching, filesWithin, leadsOut } from '../../globs.ts';
import { fail, ok, type Result } from '../../model/result.ts';
import type { Template } from '../../model/template.ts';
import type { Foreach } from '../../model/foreach.ts';
import { combinations, type Matrix, matrixOf } from './matrix.ts';

export interface ItemList {
  readonly length: number;
  /** A view on memory that others have views on. */
  at(index: number): EncodedValue;
  /** All of them as one list. */
  readonly whole: EncodedValue;
}

export interface Finding {
  /** The template's value. */
  readonly value: (template: Template) => Result<EncodedValue, StepFailure>;
  /** Where relative paths start; absolute. */
  readonly directory: string;
  /** Whether the step may see no more than what lies below that. */
  readonly isConfined: boolean;
}

/** More would fill the memory with what is known of them. */
const MOST_ITEMS = 1_000_000;

export function findItems({ over }: Foreach, finding: Finding): Result<ItemList, StepFailure> {
  switch (over.kind) {
    case 'values': {
      const value = finding.value(over.values);
      return value.ok ? itemsOf(value.value, over.shown) : value;
    }
    case 'range':
      return rangeOf([over.from, over.to, over.by].map(finding.value));
    case 'glob': {
      const patterns = finding.value(over.patterns);
      return patterns.ok ? filesOf(patterns.value, finding) : patterns;
    }
    case 'matrix': {
      const matrix = new Map<string, EncodedValue>();
      const parts = [...over.axes, ...Object.entries({ include: over.include, exclude: over.exclude })];
      for (const [name, template] of parts) {
        if (template === undefined) continue;
        const values = finding.value(template);
        if (!values.ok) return values;
        matrix.set(name, values.value);
      }
      return combined(matrixOf(matrix));
    }
    case 'computed-matrix': {
      const value = finding.value(over.matrix);
      if (!value.ok) return value;
      const named = members(value.value);
      if (named === undefined) return wrong(`The matrix has to be a table of lists; it is ${kindOf(value.value)}`);
      return combined(matrixOf(new Map(named.map(([name, text]) => [JSON.parse(name) as string, Buffer.from(text)]))));
    }
  }
}

function combined(matrix: Result<Matrix, string>): Result<ItemList, StepFailure> {
  if (!matrix.ok) return wrong(matrix.error);
  const found = combinations(matrix.value, MOST_ITEMS);
  return found === undefined ? tooMany('The matrix') : listOf(Buffer.from(`[${found.join(',')}]`));
}

/** A list's own, a table's members, or the numbers below a whole number. */
function itemsOf(value: EncodedValue, shown: string): Result<ItemList, StepFailure> {
  // A table inside an item stays one.
  const plain = value[0] === LIST ? value : withRecords(value);
  if (plain[0] === LIST) return listOf(plain);
  const named = members(plain);
  if (named !== undefined) {
    const items = named.map(([name, member]) => `{"key":${name},"value":${member}}`);
    return listOf(Buffer.from(`[${items.join(',')}]`));
  }
  const count = wholeNumber(plain);
  if (count !== undefined && count >= 0) return numbers(0, 1, count);
  return wrong(`"foreach" takes a list, a table or a whole number; "${shown}" gives ${kindOf(plain)}`);
}

function listOf(list: EncodedValue): Result<ItemList, StepFailure> {
  const parts = pieces(list)!;
  if (parts.length > MOST_ITEMS) return tooMany('"foreach"');
  return ok({ length: parts.length, at: (index) => parts.at(index), whole: list });
}

function rangeOf(ends: readonly Result<EncodedValue, StepFailure>[]): Result<ItemList, StepFailure> {
  const found: number[] = [];
  for (const end of ends) {
    if (!end.ok) return end;
    const number = wholeNumber(end.value);
    if (number === undefined) return wrong(`A range takes whole numbers; it is given ${kindOf(end.value)}`);
    found.push(number);
  }
  const [from = 0, to = 0, by = 1] = found;
  if (by === 0) return wrong('A range goes on by a whole number other than 0');
  return numbers(from, by, Math.max(0, Math.floor((to - from) / by) + 1));
}

function numbers(from: number, by: number, length: number): Result<ItemList, StepFailure> {
  if (length > MOST_ITEMS) return tooMany('"foreach"');
  const at = (index: number): EncodedValue => Buffer.from(String(from + index * by));
  return ok({
    length,
    at,
    get whole() {
      return joined(Array.from({ length }, (_, index) => at(index)));
    },
  });
}

function filesOf(
  patterns: EncodedValue,
  { directory, isConfined }: Pick<Finding, 'directory' | 'isConfined'>,
): Result<ItemList, StepFailure> {
  const read = JSON.parse(Buffer.from(patterns).toString()) as unknown;
  const given = Array.isArray(read) ? (read as unknown[]) : [read];
  const texts = given.filter((pattern) => typeof pattern === 'string');
  if (texts.length < given.length) return wrong(`"glob" takes patterns of paths; it is given ${kindOf(patterns)}`);
  const outside = isConfined ? texts.find(leadsOut) : undefined;
  if (outside !== undefined) {
    return wrong(
      `The pattern "${outside}" leads out of the directory of the workflow file, where the files are that this step may be told of`,
    );
  }
  const found = filesMatching(texts, directory);
  return listOf(Buffer.from(JSON.stringify(isConfined ? filesWithin(directory, found) : found)));
}

function wholeNumber(value: EncodedValue): number | undefined {
  const text = Buffer.from(value).toString();
  const number = /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

const LIST = 0x5b;
const SHORT = 40;

/** As the end of a sentence. */
function kindOf(value: EncodedValue): string {
  const text = Buffer.from(value.subarray(0, SHORT + 1)).toString();
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

function tooMany(what: string): Result<never, StepFailure> {
  return wrong(`${what} gives more than ${MOST_ITEMS.toLocaleString('en-US')} items; let each do more`);
}

function wrong(message: string): Result<never, StepFailure> {
  return fail({ reason: 'expression', message, expression: '' });
}
