/** A key that a TOML file defines twice, with the place where it was first defined. */
import { type AST, parseTOML } from 'toml-eslint-parser';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { SourceFile, Span } from '../../model/source.ts';
import type { DocumentValue, Entry } from '../document.ts';
import { mistake } from '../mistakes.ts';
import { buildTable, nameOf, spanOf } from './build.ts';

/** `at` is where the parser stopped: the second definition's key. */
export function explainDuplicate(file: SourceFile, at: number): Diagnostic {
  const { text } = file;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at);
  const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd);
  const path = pathOf(text.slice(0, lineStart), line);
  const first = path && find(text.slice(0, lineStart), path.names);
  const span = path === undefined ? { start: at, end: at + 1 } : shift(path.span, lineStart);
  const related = first === undefined ? [] : [{ message: 'first defined here', span: first.keySpan }];
  const name = path?.names.at(-1);
  const [group] = path?.names ?? [];
  if (name !== undefined && path?.names.length === 2 && (group === 'steps' || group === 'tasks')) {
    return mistake(file, 'duplicate-step', span, `Rename one of the two steps called "${name}"`, related);
  }
  const subject = name === undefined ? 'this key' : `"${name}"`;
  return mistake(file, 'duplicate-field', span, `Give ${subject} once; the file has it twice`, related);
}

interface KeyPath {
  readonly names: readonly string[];
  /** Of the last key, within its line. */
  readonly span: Span;
}

/** Nothing where the line does not read on its own. */
function pathOf(before: string, line: string): KeyPath | undefined {
  const [node] = parts(line) ?? [];
  const sofar = parts(before);
  if (node === undefined || sofar === undefined) return undefined;
  const table = sofar.findLast((part) => part.type === 'TOMLTable');
  const names = node.key.keys.map(nameOf);
  const prefix = node.type === 'TOMLKeyValue' ? (table?.key.keys.map(nameOf) ?? []) : [];
  return { names: [...prefix, ...names], span: spanOf(node.key.keys.at(-1)!) };
}

function parts(text: string): readonly (AST.TOMLKeyValue | AST.TOMLTable)[] | undefined {
  try {
    return parseTOML(text).body[0].body;
  } catch {
    return undefined;
  }
}

function find(text: string, path: readonly string[]): Entry | undefined {
  let value: DocumentValue | undefined = buildTable(parseTOML(text), text, () => undefined);
  let found: Entry | undefined;
  for (const name of path) {
    if (value?.kind === 'list') value = value.items.at(-1);
    if (value?.kind !== 'table') return undefined;
    found = value.entries.get(name);
    value = found?.value;
  }
  return found;
}

function shift({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}
