/** A TOML workflow file becomes a document: places from one parser, values from another. */
import { type AST, ParseError, parseTOML, traverseNodes } from 'toml-eslint-parser';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { fail, ok, type Result } from '../../model/result.ts';
import type { SourceFile, Span } from '../../model/source.ts';
import { DEEPEST, type Document, type Entry, type TableValue } from '../document.ts';
import { mistake, visibleSpan } from '../mistakes.ts';
import { buildTable, nameOf } from './build.ts';
import { tooDeepAt } from './depth.ts';
import { explainDuplicate } from './duplicate.ts';
import { lookupIn } from './values.ts';

export function readToml(file: SourceFile): Result<Document, readonly Diagnostic[]> {
  const deep = tooDeepAt(file.text, DEEPEST);
  if (deep !== undefined) {
    const message = `Nest lists and tables at most ${DEEPEST} levels deep`;
    return fail([mistake(file, 'syntax', { start: deep, end: deep + 1 }, message)]);
  }
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(file.text);
  } catch (error) {
    return fail([explain(file, error)]);
  }
  const root = buildTable(program, file.text, lookupIn(file.text, keysOf(program)));
  return ok(unwrap(file, root));
}

function keysOf(program: AST.TOMLProgram): readonly string[] {
  const keys: string[] = [];
  traverseNodes(program, {
    enterNode: (node) => {
      if (node.type === 'TOMLBare' || node.type === 'TOMLQuoted') keys.push(nameOf(node));
    },
    leaveNode: () => {},
  });
  return keys;
}

function explain(file: SourceFile, error: unknown): Diagnostic {
  if (error instanceof RangeError) return mistake(file, 'syntax', undefined, 'The file nests too deeply to be read');
  if (!(error instanceof ParseError)) throw error;
  if (error.message.startsWith('Defining a key multiple times')) return explainDuplicate(file, error.index);
  const span = visibleSpan(file.text, error.index);
  const open = openHeaderAt(file.text, span.start);
  if (open !== undefined) {
    const begun = file.text.slice(open.start, open.end);
    const ending = begun.startsWith('[[') ? ']]' : ']';
    return mistake(file, 'syntax', open, `This is not TOML: "${begun}" is not closed; end it with "${ending}"`);
  }
  const said = `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
  const isBareText =
    /=[ \t]*$/.test(file.text.slice(Math.max(0, span.start - 100), span.start)) &&
    /[A-Za-z_./~$-]/.test(file.text[span.start] ?? '');
  const hint = isBareText ? '; put a text in quotes' : '';
  return mistake(file, 'syntax', span, `This is not TOML: ${said}${hint}`);
}

/** The name of a table that has no end, if that is what stands in the line of a place. */
function openHeaderAt(text: string, index: number): Span | undefined {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  const [line = ''] = /^\[[^\]\r\n#]*/.exec(text.slice(start, start + LONGEST_HEADER)) ?? [];
  if (line === '' || text[start + line.length] === ']') return undefined;
  return { start, end: start + line.trimEnd().length };
}

const LONGEST_HEADER = 1000;

/** Fields under `[workflow]` count as if they stood at the top. */
function unwrap(file: SourceFile, root: TableValue): Document {
  const inner = root.entries.get('workflow')?.value;
  if (inner?.kind !== 'table') return { file, root, mistakes: [] };
  const entries = new Map<string, Entry>(root.entries);
  entries.delete('workflow');
  const mistakes: Diagnostic[] = [];
  for (const [name, entry] of inner.entries) {
    const first = entries.get(name);
    if (first === undefined) entries.set(name, entry);
    else {
      const [earlier, later] = first.keySpan.start < entry.keySpan.start ? [first, entry] : [entry, first];
      const related = [{ message: 'first defined here', span: earlier.keySpan }];
      const message = `Give "${name}" once: at the top of the file or under [workflow]`;
      mistakes.push(mistake(file, 'duplicate-field', later.keySpan, message, related));
    }
  }
  return { file, root: { kind: 'table', span: root.span, entries }, mistakes };
}
