/** Renders final outputs as a Markdown document. */
import { plainText, shapeOf, textOf, type Shape } from './canonical.ts';
import type { FinalOutput } from './outputs.ts';
import { prettyLines } from './pretty.ts';
import { visible } from './visible.ts';

/** A section for each output: lists of records as tables, text as text, all else as indented JSON. */
export function markdown(workflow: string, outputs: readonly FinalOutput[]): string {
  const sections = outputs.map(({ step, value }) => `## ${escape(step)}\n\n${section(textOf(value))}\n`);
  return [`# ${escape(visible(workflow))}\n`, ...sections].join('\n');
}

function section(text: string): string {
  const shape = shapeOf(text);
  if (shape.kind === 'scalar') {
    const words = plainText(text);
    return words.includes('\n') ? fence(words.replace(/\n$/, ''), '') : escape(visible(words));
  }
  return table(shape) ?? fence(prettyLines(text, 100).join('\n'), 'json');
}

/** A list of flat records becomes a table, one flat record a table of its fields; all else nothing. */
function table(shape: Shape): string | undefined {
  if (shape.kind === 'object') {
    if (shape.entries.length === 0 || !shape.entries.every(([, text]) => isFlat(text))) return undefined;
    return rows(
      ['field', 'value'],
      shape.entries.map(([key, text]) => [visible(key), cell(text)]),
    );
  }
  if (shape.kind !== 'array' || shape.items.length === 0) return undefined;
  const records = shape.items.map(shapeOf);
  const columns: string[] = [];
  const seen = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'object') return undefined;
    for (const [key, text] of record.entries) {
      if (!isFlat(text)) return undefined;
      if (!seen.has(key)) columns.push(key);
      seen.add(key);
    }
  }
  if (columns.length === 0) return undefined;
  const body = records.map((record) => {
    const fields = new Map(record.kind === 'object' ? record.entries : []);
    return columns.map((column) => (fields.has(column) ? cell(fields.get(column)!) : ''));
  });
  return rows(columns.map(visible), body);
}

function rows(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...body.map(line)].join('\n');
}

function isFlat(text: string): boolean {
  return text[0] !== '{' && text[0] !== '[' && !text.includes('\\n');
}

function cell(text: string): string {
  return visible(plainText(text));
}

/** Markdown's own signs, so that a value shows as it is. */
function escape(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, '\\$&');
}

/** A fence longer than any run of backticks inside. */
function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${text.split('\n').map(visible).join('\n')}\n${mark}`;
}
