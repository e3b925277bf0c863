/** CSV: lines of a file ↔ records, or lists where it has no header. */
import { createRequire } from 'node:module';
import type * as Papa from 'papaparse';
import { plainText } from '../exact.ts';
import { isTable } from '../fields.ts';

interface Options {
  readonly header: boolean;
  readonly delimiter: string;
}

type Wrong = (message: string) => Error;

const papaparse = createRequire(import.meta.url)('papaparse') as typeof Papa;

/** All values are texts: only who wrote the file knows which of them are numbers. */
export function readCsv(text: string, { header, delimiter }: Options, wrong: Wrong): unknown {
  const { data, errors } = papaparse.parse(text, { delimiter, skipEmptyLines: true });
  const [error] = errors;
  if (error !== undefined) throw wrong(`${error.message} in row ${(error.row ?? 0) + 1}`);
  if (!header) return data;
  const [names = [], ...rows] = data;
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined)
    throw wrong(`two columns are called ${JSON.stringify(double)}; read it with header = false`);
  return rows.map((row, index) => {
    if (row.length > names.length)
      throw wrong(`row ${index + 2} has ${row.length} values, and there are ${names.length} columns`);
    const record: Record<string, string | null> = Object.create(null);
    names.forEach((name, column) => {
      record[name] = row[column] ?? null;
    });
    return record;
  });
}

/** Of records, the columns are all their names in the order in which they come; null is an empty value. */
export function writeCsv(value: unknown, { header, delimiter }: Options, wrong: Wrong): string {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [value];
  const records = rows.filter(isTable);
  if (records.length !== rows.length && records.length > 0) throw wrong('some of its rows are tables, others are not');
  if (records.length === 0)
    return linesOf(
      rows.map((row) => cellsOf(Array.isArray(row) ? row : [row])),
      delimiter,
    );
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const lines = records.map((record) => cellsOf(names.map((name) => record[name] ?? null)));
  return linesOf(header ? [names, ...lines] : lines, delimiter);
}

function cellsOf(values: readonly unknown[]): string[] {
  return values.map((value) => (value === null ? '' : plainText(value)));
}

function linesOf(rows: string[][], delimiter: string): string {
  return rows.length === 0 ? '' : `${papaparse.unparse(rows, { delimiter, newline: '\n' })}\n`;
}
