/** Measures text in terminal columns. */
import { eastAsianWidth } from 'get-east-asian-width';

const PRINTABLE = /^[\u0020-\u007E]*$/;
/** Nothing that takes room: marks, joiners, controls. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Mark}\p{Surrogate}]+$/u;

/** Columns of one line without colours or controls; wide characters and emoji count two, combining marks none. */
export function columnsOf(text: string): number {
  if (PRINTABLE.test(text)) return text.length;
  let columns = 0;
  for (const part of graphemes(text)) columns += columnsOfOne(part);
  return columns;
}

/** `text` in at most `columns` columns, its end replaced by `…` where it is longer. */
export function cutEnd(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const part of graphemes(text)) {
    const more = columnsOf(part);
    if (used + more > columns - 1) break;
    kept += part;
    used += more;
  }
  return `${kept}…`;
}

/** `text` filled up with spaces to `columns`, or cut to them. */
export function fit(text: string, columns: number): string {
  const cut = cutEnd(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - columnsOf(cut)));
}

/** `text` broken between words into lines of at most `columns` columns; a longer word gets a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && columnsOf(line) + 1 + columnsOf(word) <= columns)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What a reader sees as single characters. */
export function graphemes(text: string): Iterable<string> {
  return PRINTABLE.test(text) ? text : segments(text);
}

function columnsOfOne(grapheme: string): number {
  const code = grapheme.codePointAt(0)!;
  // Most text that is not ASCII is a single letter of an alphabet.
  if (grapheme.length === 1 && code >= 0xa0 && code < 0x300 && code !== 0xad) return 1;
  if (INVISIBLE.test(grapheme)) return 0;
  // Written out, since a literal with this flag needs a later target than the oldest Node that is supported.
  emoji ??= new RegExp('^\\p{RGI_Emoji}$', 'v');
  return emoji.test(grapheme) ? 2 : eastAsianWidth(code);
}

function* segments(text: string): Iterable<string> {
  // Made when first needed: it takes as long as the rest of a short run.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

let emoji: RegExp | undefined;
let segmenter: Intl.Segmenter | undefined;
