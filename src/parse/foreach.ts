/** Reads for which items a step is done. */
import { didYouMean } from '../model/nearest.ts';
import type { Each, Template } from '../model/template.ts';
import type { Foreach, Over } from '../model/foreach.ts';
import { readExpression } from './control.ts';
import { describe, type DocumentValue, type TableValue } from './document.ts';
import { isMeant } from './fields/respelt.ts';
import { STEP_FIELDS, type StepFields } from './fields/step-fields.ts';
import { type Around, contextOf, type Reading } from './items-place.ts';
import { axesOf, matrixOf } from './matrix.ts';
import { readTemplate } from './templates/value.ts';

export interface ReadForeach {
  readonly foreach: Foreach;
  /** What the step's own expressions may name for it. */
  readonly each: Each;
}

/** Nothing where the step is done once, and where what it says is a mistake, which has been told. */
export function readForeach(
  step: string,
  table: TableValue,
  fields: StepFields,
  files: Around,
): ReadForeach | undefined {
  const { foreach, matrix, max_concurrent: maxConcurrent, on_failed_item: onFailedItem = 'stop' } = fields;
  const reading = { step, files };
  if (foreach !== undefined && matrix !== undefined) {
    const related = [{ message: '"foreach" is given here', span: table.entries.get('foreach')!.keySpan }];
    const message = `Give step "${step}" only one of "foreach" and "matrix"; a matrix may have one name, or "foreach" a computed list`;
    files.mistakes.add('conflicting-fields', table.entries.get('matrix')!.keySpan, message, related);
    return undefined;
  }
  const given = foreach ?? matrix;
  if (given === undefined) {
    for (const field of ['max_concurrent', 'on_failed_item'] as const) {
      const isMeantHere = (name: string): boolean => isMeant(table, name, STEP_FIELDS);
      if (fields[field] === undefined || isMeantHere('foreach') || isMeantHere('matrix')) continue;
      if (field === 'max_concurrent' && table.entries.has('parallel')) continue;
      const message = `Give step "${step}" "foreach" or "matrix" as well; without items "${field}" means nothing`;
      files.mistakes.add('bad-foreach', table.entries.get(field)!.keySpan, message);
    }
    return undefined;
  }
  const over = foreach === undefined ? matrixOf(given, reading) : itemsOf(given, reading);
  if (over === undefined) return undefined;
  return {
    foreach: { over, ...(maxConcurrent !== undefined && { maxConcurrent }), onFailedItem },
    each: { item: itemType(foreach), ...(matrix && { axes: axesOf(over) }) },
  };
}

/** What the step gets for each item, unless its `inputs` say otherwise. */
export function itemInputs(each: Each): Readonly<Record<string, Template>> {
  const names = each.axes === undefined ? ['item', 'index'] : ['item', 'index', 'matrix'];
  return Object.fromEntries(names.map((text) => [text, { kind: 'expression', expression: { text, line: 0, each } }]));
}

function itemsOf(value: DocumentValue, reading: Reading): Over | undefined {
  const values = (template: Template | undefined, shown: string): Over | undefined =>
    template && { kind: 'values', values: template, shown };
  if (value.kind === 'text') {
    const expression = readExpression(value, contextOf(reading, 'foreach'), reading.files);
    return values({ kind: 'expression', expression }, expression.text);
  }
  if (value.kind === 'number') return values(constant(String(value.value)), String(value.value));
  if (value.kind === 'table') {
    const { entries } = value;
    if (entries.has('glob')) return globOf(value, reading);
    if (entries.has('from') || entries.has('to')) return rangeOf(value, reading);
    if (value.isEmptyLua === true) return values(constant('[]'), '0 values');
  }
  const count = value.kind === 'list' ? value.items.length : value.kind === 'table' ? value.entries.size : 0;
  const shown = count === 1 ? '1 value' : `${count} values`;
  return values(readTemplate(value, contextOf(reading, 'foreach'), reading.files), shown);
}

function globOf({ entries }: TableValue, reading: Reading): Over | undefined {
  tellOthers(entries.keys(), ['glob'], entries, reading);
  const { value } = entries.get('glob')!;
  const texts = value.kind === 'list' ? value.items : [value];
  const wrong = texts.find((one) => one.kind !== 'text' || one.value === '');
  if (wrong !== undefined || texts.length === 0) {
    const found = wrong === undefined ? 'an empty list' : describe(wrong);
    const message = `"glob" in "foreach" of step "${reading.step}" is ${found}; it takes a pattern of paths such as "data/*.csv", or a list of them`;
    reading.files.mistakes.add('wrong-type', (wrong ?? value).span, message);
    return undefined;
  }
  const patterns = readTemplate(value, contextOf(reading, 'foreach'), reading.files);
  return patterns && { kind: 'glob', patterns };
}

function rangeOf({ entries, span }: TableValue, reading: Reading): Over | undefined {
  const isTold = tellOthers(entries.keys(), ['from', 'to', 'by'], entries, reading);
  const end = (name: string): Template | undefined => {
    const value = entries.get(name)?.value;
    if (value === undefined) {
      if (name === 'by') return constant('1');
      const message = `Give "foreach" of step "${reading.step}" both ends of its range: { from = 1, to = 9 }`;
      if (!isTold) reading.files.mistakes.add('bad-foreach', span, message);
      return undefined;
    }
    if (value.kind === 'text')
      return { kind: 'expression', expression: readExpression(value, contextOf(reading, 'foreach'), reading.files) };
    if (value.kind === 'number' && Number.isSafeInteger(Number(value.value)) && (name !== 'by' || value.value !== 0))
      return constant(String(value.value));
    const takes = `a whole number${name === 'by' ? ' other than 0' : ''}, or an expression that gives one`;
    const message = `"${name}" in "foreach" of step "${reading.step}" is ${describe(value)}; it takes ${takes}`;
    reading.files.mistakes.add('wrong-type', value.span, message);
    return undefined;
  };
  const [from, to, by] = [end('from'), end('to'), end('by')];
  return from && to && by && { kind: 'range', from, to, by };
}

/** Whether there are any. */
function tellOthers(
  names: Iterable<string>,
  known: readonly string[],
  entries: TableValue['entries'],
  { step, files }: Reading,
): boolean {
  const others = [...names].filter((name) => !known.includes(name));
  const [there] = known.filter((name) => entries.has(name));
  for (const name of others) {
    const of = `"foreach" of step "${step}"`;
    const meant = didYouMean(
      name,
      known.filter((one) => !entries.has(one)),
    );
    const takes = known.length === 1 ? 'nothing' : known.map((one) => `"${one}"`).join(', ');
    const message =
      meant === ''
        ? `Leave "${name}" out of ${of}: beside "${there}" it takes ${takes}`
        : `${of} has an unknown field "${name}"${meant}`;
    files.mistakes.add('unknown-field', entries.get(name)!.keySpan, message);
  }
  return others.length > 0;
}

/** A text with a template in it may be anything. */
function itemType(value: DocumentValue | undefined): Each['item'] {
  if (value?.kind === 'number') return 'int';
  if (value?.kind === 'table') {
    if (value.entries.has('glob')) return 'string';
    return value.entries.has('to') ? 'int' : 'dyn';
  }
  if (value?.kind !== 'list') return 'dyn';
  const types = new Set(value.items.map(typeOf));
  const [only = 'dyn'] = types;
  return types.size === 1 ? only : 'dyn';
}

function typeOf(value: DocumentValue): Each['item'] {
  if (value.kind === 'boolean') return 'bool';
  if (value.kind === 'number')
    return typeof value.value === 'bigint' || Number.isInteger(value.value) ? 'int' : 'double';
  return value.kind === 'text' && !/\{\{|\$\{/.test(value.value) ? 'string' : 'dyn';
}

function constant(json: string): Template {
  return { kind: 'constant', json };
}
