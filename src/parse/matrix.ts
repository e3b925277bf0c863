/** Reads the combinations for which a step is done. */
import type { Over } from '../model/foreach.ts';
import { INPUT_NAME } from '../model/input.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Template } from '../model/template.ts';
import { readExpression } from './control.ts';
import { describe, type DocumentValue, type TableValue } from './document.ts';
import { contextOf, type Reading } from './items-place.ts';
import { readTemplate } from './templates/value.ts';

export function matrixOf(value: DocumentValue, reading: Reading): Over | undefined {
  const context = contextOf(reading, 'matrix');
  if (value.kind === 'text')
    return {
      kind: 'computed-matrix',
      matrix: { kind: 'expression', expression: readExpression(value, context, reading.files) },
    };
  if (value.kind !== 'table') return undefined;
  const axes: [string, Template][] = [];
  const more: { include?: Template; exclude?: Template } = {};
  for (const [name, { keySpan, value: values }] of value.entries) {
    if (!INPUT_NAME.test(name)) {
      const message = `Rename ${JSON.stringify(name)} in "matrix" of step "${reading.step}": a name is up to 64 letters, digits and "_", not beginning with a digit`;
      reading.files.mistakes.add('bad-name', keySpan, message);
    }
    const template = listOf(values, name, reading);
    if (template === undefined) continue;
    if (name === 'include' || name === 'exclude') more[name] = template;
    else axes.push([name, template]);
  }
  tellVainExclusions(value, reading);
  return { kind: 'matrix', axes, ...more };
}

/** What names no axis leaves nothing out. */
function tellVainExclusions({ entries }: TableValue, { step, files }: Reading): void {
  const { value } = entries.get('exclude') ?? {};
  if (value?.kind !== 'list') return;
  const axes = [...entries.keys()].filter((name) => name !== 'include' && name !== 'exclude');
  for (const row of value.items) {
    for (const [name, { keySpan }] of row.kind === 'table' ? row.entries : []) {
      if (axes.includes(name)) continue;
      const message = `"exclude" in "matrix" of step "${step}" names "${name}", which is no axis of it${didYouMean(name, axes)}`;
      files.mistakes.add('unknown-field', keySpan, message);
    }
  }
}

/** Nothing if it is no list, which has been told. */
function listOf(value: DocumentValue, name: string, reading: Reading): Template | undefined {
  const what = `"${name}" in "matrix" of step "${reading.step}"`;
  const context = { ...contextOf(reading, name), what };
  if (value.kind === 'text') return { kind: 'expression', expression: readExpression(value, context, reading.files) };
  if (value.kind === 'table' && value.isEmptyLua === true) return { kind: 'constant', json: '[]' };
  const isOfTables = name === 'include' || name === 'exclude';
  const odd =
    value.kind !== 'list' ? value : isOfTables && value.items.find(({ kind }) => kind !== 'table' && kind !== 'text');
  if (odd) {
    const takes = isOfTables ? 'a list of tables such as { os = "linux" }' : 'a list of values';
    const message = `${what} is ${describe(odd)}; it takes ${takes}, or an expression that gives one`;
    reading.files.mistakes.add('wrong-type', odd.span, message);
    return undefined;
  }
  return readTemplate(value, context, reading.files);
}

/** All names that a combination may have, where the file says them. */
export function axesOf(over: Over): readonly string[] | 'any' {
  if (over.kind !== 'matrix') return 'any';
  const { axes, include } = over;
  const names = new Set(axes.map(([name]) => name));
  if (include === undefined) return [...names];
  const added = namesIn(include);
  if (added === undefined) return 'any';
  return [...new Set([...names, ...added])];
}

function namesIn(template: Template): Set<string> | undefined {
  if (template.kind === 'constant') {
    const rows = JSON.parse(template.json) as object[];
    return new Set(rows.flatMap((row) => Object.keys(row)));
  }
  if (template.kind !== 'list') return undefined;
  const names = new Set<string>();
  for (const item of template.items) {
    if (item.kind === 'table') for (const [name] of item.entries) names.add(name);
    else if (item.kind === 'constant') for (const name of Object.keys(JSON.parse(item.json) as object)) names.add(name);
    else return undefined;
  }
  return names;
}
