/** Lays out what a person is asked and has typed so far, for the bottom of a view. */
import { visible } from './visible.ts';
import { columnsOf, cutEnd, graphemes, wrap } from './width.ts';

export interface Typing {
  /** The question, and what was answered of it already. */
  readonly lines: readonly string[];
  readonly prompt: string;
  readonly text: string;
  /** Where in `text` the next character goes. */
  readonly cursor: number;
}

export interface TypingRows {
  readonly rows: readonly string[];
  /** Where the cursor stands: the number of the row, from 0, and columns to its left. */
  readonly row: number;
  readonly column: number;
}

/** At most `most` rows, but two at least, each narrower than `width`. */
export function typingRows({ lines, prompt, text, cursor }: Typing, width: number, most: number): TypingRows {
  const room = Math.max(2, most);
  const columns = Math.max(1, width - 1);
  const typed = broken(`${prompt}${plain(text)}`, columns);
  const before = broken(`${prompt}${plain(text.slice(0, cursor))}`, columns);
  // Behind the last column of a row comes the first of the next.
  if (columnsOf(before.at(-1)!) === columns) before.push('');
  while (typed.length < before.length) typed.push('');
  // Of a long answer, what is around the cursor.
  const first = Math.max(0, before.length - (room - 1));
  const shown = typed.slice(first, first + room - 1);
  const question = fitting(
    lines.flatMap((line) => wrap(visible(line), columns).flatMap((part) => broken(part, columns))),
    room - shown.length,
    columns,
  );
  return {
    rows: [...question, ...shown],
    row: question.length + before.length - 1 - first,
    column: columnsOf(before.at(-1)!),
  };
}

/** The first row says what is asked, the last ones what was said to that. */
function fitting(rows: readonly string[], room: number, columns: number): readonly string[] {
  if (rows.length <= room) return rows;
  const head = Math.max(1, room - 2);
  const rest = room - head;
  const kept = rows.slice(0, head);
  return [...kept.slice(0, -1), cutEnd(`${kept.at(-1)!} …`, columns), ...(rest > 0 ? rows.slice(-rest) : [])];
}

/** A tab would be as wide as it likes. */
function plain(text: string): string {
  return visible(text.replaceAll('\t', ' '));
}

/** In rows of at most `columns` columns; one where it is empty. */
function broken(text: string, columns: number): string[] {
  const rows = [''];
  let used = 0;
  for (const part of graphemes(text)) {
    const more = columnsOf(part);
    if (used + more > columns) {
      rows.push('');
      used = 0;
    }
    rows[rows.length - 1] += part;
    used += more;
  }
  return rows;
}
