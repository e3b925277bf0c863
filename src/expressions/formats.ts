/** Writes values as CSV and as Markdown. */
import { fail, ok, type Result } from '../model/result.ts';
import { textOf } from './values.ts';

/** A list of records with a line of names above, or a list of lists. The error is the end of a sentence. */
export function asCsv(value: unknown): Result<string, string> {
  const rows = rowsOf(value);
  if (rows === undefined) return fail('is no list of records or of lists, of which CSV could be made');
  const lines = rows.map((row) =>
    row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)),
  );
  return ok(lines.map((cells) => `${cells.join(',')}\n`).join(''));
}

/** A text as it is, records as a table, anything else as a block of JSON. */
export function asMarkdown(value: unknown): Result<string, string> {
  if (typeof value === 'string') return ok(value);
  const rows = rowsOf(value);
  const [head, ...body] = rows ?? [];
  if (head === undefined || !isRecords(value)) {
    const text = textOf(value);
    return text.ok ? ok(`\`\`\`json\n${text.value}\n\`\`\``) : text;
  }
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`).replaceAll(/\r?\n/g, '<br>')).join(' | ')} |`;
  return ok([line(head), line(head.map(() => '---')), ...body.map(line)].join('\n'));
}

function isRecords(value: unknown): value is readonly Map<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => row instanceof Map);
}

/** Texts of all cells, the names first where there are some. */
function rowsOf(value: unknown): readonly (readonly string[])[] | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0) return [];
  if (isRecords(value)) {
    const names = [...new Set(value.flatMap((row) => [...row.keys()]))];
    return [names, ...value.map((row) => names.map((name) => cell(row.get(name))))];
  }
  const rows = value as readonly unknown[];
  return rows.every((row) => Array.isArray(row)) ? rows.map((row: readonly unknown[]) => row.map(cell)) : undefined;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = textOf(value);
  return text.ok ? text.value : '';
}
