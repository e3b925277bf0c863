/** Writes a table of measurements, with the machine and the day, for people to read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..', '..');
const RESULTS = join(ROOT, 'test', 'bench', 'results');

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the figures mean, and which bound they are held against. */
  readonly note: string;
}

/** Prints the tables and keeps them as `results/<name>.md`. */
export function report(name: string, tables: readonly Table[]): void {
  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  const text = `# ${name}\n\n\`npm run bench ${name}\` on ${machine}\n\n${tables.map(markdown).join('\n')}`;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${name}.md`), text);
  process.stdout.write(`${text}\n`);
}

function markdown({ title, columns, rows, note }: Table): string {
  const lines = [columns, columns.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
  return `## ${title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${note}\n`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const ms = (value: number): string => (value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`);
export const times = (value: number): string => `${value.toFixed(2)} ×`;
