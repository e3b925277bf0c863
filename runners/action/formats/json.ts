/** JSON and JSON Lines, with numbers of any size and floats that stay floats. */
import { Float } from '../../value/encode.ts';
import { plainText, tryExactly } from '../exact.ts';

type Wrong = (message: string) => Error;

export function readJson(text: string, wrong: Wrong): unknown {
  const read = tryExactly(text);
  if (read.ok) return read.value;
  throw wrong(read.message);
}

/** Empty lines count for nothing. */
export function readLines(text: string, wrong: Wrong): unknown[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const read = tryExactly(line);
    if (read.ok) return [read.value];
    throw wrong(`in line ${index + 1}, ${read.message}`);
  });
}

/** Of a list each item on a line of its own; any other value is one line. */
export function writeLines(value: unknown): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => `${jsonOf(item)}\n`).join('');
}

/** Canonical in one line where `indent` is 0. */
export function writeJson(value: unknown, indent: number): string {
  return indent === 0 ? jsonOf(value) : spread(value, ' '.repeat(indent), '');
}

function spread(value: unknown, step: string, before: string): string {
  const inside = before + step;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inside + spread(item, step, inside)).join(',\n')}\n${before}]`;
  }
  if (typeof value !== 'object' || value === null || value instanceof Float) return jsonOf(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const members = entries.map(([key, member]) => `${inside}${JSON.stringify(key)}: ${spread(member, step, inside)}`);
  return `{\n${members.join(',\n')}\n${before}}`;
}

function jsonOf(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : plainText(value);
}
