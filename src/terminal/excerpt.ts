/** Shows a place in a file: its lines with numbers, and a squiggle under what is meant. */
import { lineAndColumn, type SourceFile, type Span } from '../model/source.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';
import { columnsOf, graphemes } from './width.ts';

/** More lines of one span than this are cut in the middle. */
const MOST_LINES = 4;
/** Of a line longer than this only the surroundings of the span are looked at. */
const LONGEST_LINE = 4_000;
const TAB = 4;

/** ` --> file:line:column` with the lines of the span below it, no wider than `width` columns. */
export function excerpt(file: SourceFile, span: Span | undefined, style: Style, width: number): string[] {
  if (span === undefined) return [`${style.cyan(' -->')} ${visible(file.path)}`];
  const { line, column } = lineAndColumn(file.text, span.start);
  const rows = linesOf(file.text, span);
  const gutter = String(line + rows.length - 1).length;
  const bar = style.cyan('|');
  const out = [
    `${' '.repeat(gutter)}${style.cyan('-->')} ${visible(file.path)}:${line}:${column}`,
    `${' '.repeat(gutter)} ${bar}`,
  ];
  rows.forEach((row, index) => {
    const isCut = rows.length > MOST_LINES && index >= MOST_LINES - 1 && index < rows.length - 1;
    if (isCut && index === MOST_LINES - 1) out.push(`${' '.repeat(gutter)} ${style.dim('…')}`);
    if (isCut) return;
    const { text, squiggle } = window(row, Math.max(20, width - gutter - 3));
    const number = String(line + index).padStart(gutter);
    out.push(`${style.cyan(number)} ${bar} ${text}`.trimEnd());
    if (squiggle.trim() !== '') out.push(`${' '.repeat(gutter)} ${bar} ${style.red(squiggle)}`);
  });
  return out;
}

interface Row {
  readonly text: string;
  /** The part that is meant, as offsets into `text`. */
  readonly from: number;
  readonly to: number;
}

function linesOf(text: string, span: Span): Row[] {
  const rows: Row[] = [];
  let start = span.start - (lineAndColumn(text, span.start).column - 1);
  // A span that ends with a line end does not reach into the next line.
  const end = Math.max(span.start + 1, text[span.end - 1] === '\n' ? span.end - 1 : span.end);
  while (start <= text.length && (rows.length === 0 || start < end)) {
    const lineEnd = text.indexOf('\n', start) === -1 ? text.length : text.indexOf('\n', start);
    const content = text.slice(start, lineEnd).replace(/\r$/, '');
    const indent = rows.length === 0 ? 0 : content.length - content.trimStart().length;
    rows.push({
      text: content,
      from: Math.max(indent, span.start - start),
      to: Math.min(content.length, end - start),
    });
    start = lineEnd + 1;
  }
  return rows;
}

/** The part of the row that fits, around what is meant, with the squiggle to print below it. */
function window(row: Row, width: number): { text: string; squiggle: string } {
  const offset = row.text.length > LONGEST_LINE ? Math.max(0, row.from - LONGEST_LINE / 2) : 0;
  const near = row.text.slice(offset, offset + LONGEST_LINE);
  const cells: { text: string; columns: number; isMeant: boolean }[] = [];
  let at = offset;
  let column = 0;
  for (const part of graphemes(near)) {
    const text = part === '\t' ? ' '.repeat(TAB - (column % TAB)) : visible(part);
    const isMeant = at < row.to && at + part.length > row.from;
    cells.push({ text, columns: columnsOf(text), isMeant });
    at += part.length;
    column += cells.at(-1)!.columns;
  }
  // An empty span, or one behind the line's end, still gets one mark.
  if (row.from >= at || row.to <= row.from) {
    const index = cells.length === 0 ? 0 : Math.max(0, row.from - offset);
    if (index >= cells.length) cells.push({ text: ' ', columns: 1, isMeant: true });
    else cells[index] = { ...cells[index]!, isMeant: true };
  }

  let from = 0;
  if (column > width || offset > 0) {
    let before = 0;
    const first = Math.max(
      0,
      cells.findIndex((cell) => cell.isMeant),
    );
    for (from = first; from > 0 && before + cells[from - 1]!.columns <= width / 3; from--) {
      before += cells[from - 1]!.columns;
    }
  }
  const cutsStart = from > 0 || offset > 0;
  let text = cutsStart ? '…' : '';
  let squiggle = cutsStart ? ' ' : '';
  let used = cutsStart ? 1 : 0;
  let unseenAt: number | undefined;
  for (const cell of cells.slice(from)) {
    if (used + cell.columns > width - 1 && !(cell === cells.at(-1) && used + cell.columns <= width)) {
      text += '…';
      break;
    }
    text += cell.text;
    if (cell.isMeant && cell.columns === 0) unseenAt ??= Math.min(used, width - 1);
    squiggle += (cell.isMeant ? '^' : ' ').repeat(cell.columns);
    used += cell.columns;
  }
  // What takes no room gets a mark all the same.
  if (!squiggle.includes('^') && unseenAt !== undefined) squiggle = `${squiggle.slice(0, unseenAt)}^`;
  return { text, squiggle: squiggle.trimEnd() };
}
