/** Lua text becomes a syntax tree with places in the original text. */
import { createRequire } from 'node:module';
import type { Luaparse } from 'luaparse';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { fail, ok, type Result } from '../../model/result.ts';
import type { SourceFile, Span } from '../../model/source.ts';
import { mistake, visibleSpan } from '../mistakes.ts';
import type { TextValue } from '../document.ts';
import type { Chunk, StringLiteral } from './ast.ts';
import { unclosedBefore } from './unclosed.ts';

export interface Syntax {
  readonly file: SourceFile;
  readonly chunk: Chunk;
  readonly places: Places;
}

/** Where a node of the tree stands in the original text. */
export interface Places {
  spanOf(node: { readonly range: readonly [number, number] }): Span;
}

/** `require` takes a third of the time that `import` of a CommonJS package does, and every command that reads a file pays it. */
const require: NodeJS.Require = createRequire(import.meta.url);

export function parseLua(file: SourceFile): Result<Syntax, Diagnostic> {
  const luaparse = require('luaparse') as Luaparse;
  const text = withoutInterpreterLine(file.text);
  const places = isAscii(text) ? SAME : placesInUnicode(text);
  try {
    const chunk = luaparse.parse(isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1'), {
      luaVersion: '5.3',
      encodingMode: 'pseudo-latin1',
      comments: false,
      ranges: true,
    });
    return ok({ file, chunk: chunk as Chunk, places });
  } catch (error) {
    return fail(explain(file, error, places));
  }
}

/** A first line that begins with `#` is no Lua; Lua itself skips it as well. */
export function withoutInterpreterLine(text: string): string {
  return text.startsWith('#') ? text.replace(/^[^\r\n]*/, (line) => ' '.repeat(line.length)) : text;
}

/** One of Lua's own words where a name is meant. */
const OWN_WORD =
  /^(and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while)\s*=(?!=)/;

/** What other notations do otherwise. */
function hintFor(reason: string, before: string, from: string): string {
  const [, word] = OWN_WORD.exec(from) ?? [];
  if (word !== undefined && /[{,;.\n]\s*$/.test(before))
    return `; write ["${word}"] = …, since "${word}" is a word of Lua's own`;
  if (/^'\}' expected near '(?:[\w"']|\[)/.test(reason)) return '; is there no comma before it?';
  if (reason.startsWith('<name> expected') && /[\w"']\s*:\s*$/.test(before)) return '; write name = value';
  return '';
}

function explain(file: SourceFile, error: unknown, places: Places): Diagnostic {
  if (error instanceof SyntaxError && 'index' in error && typeof error.index === 'number') {
    const { start } = places.spanOf({ range: [error.index, error.index + 1] });
    const reason = Buffer.from(error.message.replace(/^\[\d+:\d+\] /, ''), 'latin1').toString('utf8');
    const hint = hintFor(reason, file.text.slice(Math.max(0, start - 100), start), file.text.slice(start, start + 100));
    const opened = hint === '' && /^'[})\]]' expected/.test(reason) ? unclosedBefore(file.text, start) : undefined;
    const related = opened === undefined ? [] : [{ message: 'opened here', span: { start: opened, end: opened + 1 } }];
    return mistake(file, 'syntax', visibleSpan(file.text, start), `This is not Lua: ${reason}${hint}`, related);
  }
  if (error instanceof RangeError) return mistake(file, 'syntax', undefined, 'The file nests too deeply to be read');
  throw error;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

const SAME: Places = { spanOf: ({ range: [start, end] }) => ({ start, end }) };

function placesInUnicode(text: string): Places {
  const offsets = new Uint32Array(Buffer.byteLength(text, 'utf8') + 2);
  let byte = 0;
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at)!;
    const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (const end = byte + bytes; byte < end; byte++) offsets[byte] = at;
    at += point < 0x10000 ? 1 : 2;
  }
  offsets.fill(text.length, byte);
  const offsetOf = (position: number): number => offsets[Math.min(position, offsets.length - 1)]!;
  return { spanOf: ({ range: [start, end] }) => ({ start: offsetOf(start), end: offsetOf(end) }) };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a literal; nothing if its bytes are not UTF-8. */
export function literalText(literal: StringLiteral): string | undefined {
  const bytes = literal.raw.startsWith('[') ? literal.value.replaceAll(/\r\n?|\n\r/g, '\n') : literal.value;
  if (isAscii(bytes)) return bytes;
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** A literal's text with the place of its first character. */
export function locateText(literal: StringLiteral, value: string, places: Places): TextValue {
  const { raw } = literal;
  const span = places.spanOf(literal);
  const opening = /^\[=*\[(\r\n|\n\r|\r|\n)?/.exec(raw);
  if (opening !== null) return { kind: 'text', span, value, start: span.start + opening[0].length, verbatim: true };
  return {
    kind: 'text',
    span,
    value,
    start: span.start + 1,
    verbatim: linesOf(value) === linesOf(raw) && !raw.includes('\\z'),
  };
}

function linesOf(text: string): number {
  return text.includes('\n') ? text.split('\n').length : 1;
}
