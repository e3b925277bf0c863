/** Renders what a run hands to its user: the outputs of the steps that no other step needs. */
import { unreachable } from '../model/unreachable.ts';
import { plainText, shapeOf, textOf, type Shape } from './canonical.ts';
import { prettyLines } from './pretty.ts';
import { visible } from './visible.ts';

export type OutputFormat = 'plain' | 'markdown' | 'json';

export interface FinalOutput {
  readonly step: string;
  readonly value: Uint8Array;
}

/** A document that ends in a line end. Outputs keep the order they are given in. */
export function renderOutputs(
  workflow: string,
  outputs: readonly FinalOutput[],
  format: OutputFormat,
): readonly (string | Uint8Array)[] {
  switch (format) {
    case 'plain':
      return [
        plainOutputs(outputs, { mostLines: Number.POSITIVE_INFINITY, width: 100 })
          .map((line) => `${line}\n`)
          .join(''),
      ];
    case 'markdown':
      return [markdown(workflow, outputs)];
    case 'json':
      return json(outputs);
    default:
      return unreachable(format);
  }
}

/** Lines with each output below its step's name; one that has more than `mostLines` lines is cut with a word on how much is left. */
export function plainOutputs(
  outputs: readonly FinalOutput[],
  { mostLines, width }: { readonly mostLines: number; readonly width: number },
): string[] {
  return outputs.flatMap(({ step, value }) => {
    const text = textOf(value);
    const { lines, isWhole } = text.startsWith('"')
      ? cut(plainText(text).replace(/\n$/, '').split(/\r?\n/), mostLines)
      : prettyLines(text, { width: width - 2, mostLines });
    const shown = lines.map(visible);
    if (!isWhole) shown.push('… (all of it: --output json)');
    return shown.length === 1 && step.length + 2 + shown[0]!.length <= width
      ? [`${step}: ${shown[0]}`]
      : [`${step}:`, ...shown.map((line) => (line === '' ? '' : `  ${line}`))];
  });
}

function cut(lines: string[], mostLines: number): { lines: string[]; isWhole: boolean } {
  return { lines: lines.slice(0, mostLines), isWhole: lines.length <= mostLines };
}

/** One object, step by step; the values' own bytes. */
function json(outputs: readonly FinalOutput[]): (string | Uint8Array)[] {
  const parts: (string | Uint8Array)[] = ['{'];
  outputs.forEach(({ step, value }, index) => {
    parts.push(`${index === 0 ? '' : ','}${JSON.stringify(step)}:`, value);
  });
  return [...parts, '}\n'];
}

function markdown(workflow: string, outputs: readonly FinalOutput[]): string {
  const sections = outputs.map(({ step, value }) => `## ${escape(step)}\n\n${section(textOf(value))}\n`);
  return [`# ${escape(visible(workflow))}\n`, ...sections].join('\n');
}

function section(text: string): string {
  const shape = shapeOf(text);
  if (shape.kind === 'scalar') {
    const words = plainText(text);
    return words.includes('\n') ? fence(words.replace(/\n$/, ''), '') : escape(visible(words));
  }
  return (
    table(shape) ??
    fence(prettyLines(text, { width: 100, mostLines: Number.POSITIVE_INFINITY }).lines.join('\n'), 'json')
  );
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
