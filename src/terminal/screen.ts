/** Keeps a block of lines at the bottom of a terminal and puts other lines above it. */
import { columnsOf } from './width.ts';

/** Held back by terminals that know it until the frame is complete; ignored by the others. */
const BEGIN = '\u001B[?2026h';
const END = '\u001B[?2026l';
const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_LINE_REST = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';
// oxlint-disable-next-line no-control-regex -- colours begin with one
const COLOURS = /\u001B\[[0-9;]*m/g;

export interface Cursor {
  /** Of the block, from 0. */
  readonly row: number;
  /** To its left. */
  readonly column: number;
}

export interface Screen {
  /**
   * Adds `above` for good and replaces the block with `block`, whose lines have to be narrower than the window. The cursor
   * shows where something is typed, and nowhere else.
   */
  readonly draw: (above: readonly string[], block: readonly string[], cursor?: Cursor) => void;
  /** Leaves the block where it is, and shows the cursor below it; what is drawn next comes below what is written meanwhile. */
  readonly leave: () => void;
}

export function createScreen(write: (text: string) => void, columns: () => number): Screen {
  let shown: readonly string[] = [];
  let at: Cursor | undefined;
  let isHidden = false;

  /** From where the cursor is to the first row of the block. */
  function toTop(): string {
    const up =
      at === undefined
        ? rowsOf(shown, columns())
        : rowsOf(shown.slice(0, at.row), columns()) + Math.floor(at.column / columns());
    return up > 0 ? `\u001B[${up}A\r` : '\r';
  }

  return {
    draw(above, block, cursor) {
      const lines = [...above, ...block].map((line) => `${line}${CLEAR_LINE_REST}\r\n`);
      const hide = isHidden ? '' : HIDE_CURSOR;
      const place = cursor === undefined ? '' : placed(block.length - cursor.row, cursor.column);
      write(`${BEGIN}${hide}${toTop()}${lines.join('')}${CLEAR_BELOW}${place}${END}`);
      isHidden = cursor === undefined;
      at = cursor;
      shown = block;
    },
    leave() {
      const down = at === undefined ? '' : '\r\n'.repeat(rowsOf(shown.slice(at.row), columns()));
      if (isHidden || down !== '') write(`${down}${isHidden ? SHOW_CURSOR : ''}`);
      isHidden = false;
      at = undefined;
      shown = [];
    },
  };
}

function placed(up: number, column: number): string {
  return `${up > 0 ? `\u001B[${up}A` : ''}\r${column > 0 ? `\u001B[${column}C` : ''}${SHOW_CURSOR}`;
}

/** Rows that the lines take now: a window made narrower has wrapped them. */
function rowsOf(lines: readonly string[], columns: number): number {
  let rows = 0;
  for (const line of lines) rows += Math.max(1, Math.ceil(columnsOf(line.replace(COLOURS, '')) / columns));
  return rows;
}
