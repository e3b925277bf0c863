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

export interface Screen {
  /** Adds `above` for good and replaces the block with `block`, whose lines have to be narrower than the window. */
  readonly draw: (above: readonly string[], block: readonly string[]) => void;
  /** Shows the cursor again; the next `draw` hides it. */
  readonly release: () => void;
  /** Leaves the block where it is; the next one comes below what is written meanwhile. */
  readonly leave: () => void;
}

export function createScreen(write: (text: string) => void, columns: () => number): Screen {
  let shown: readonly string[] = [];
  let isHidden = false;
  return {
    draw(above, block) {
      const up = rowsOf(shown, columns());
      const lines = [...above, ...block].map((line) => `${line}${CLEAR_LINE_REST}\r\n`);
      const back = up > 0 ? `\u001B[${up}A\r` : '\r';
      write(`${BEGIN}${isHidden ? '' : HIDE_CURSOR}${back}${lines.join('')}${CLEAR_BELOW}${END}`);
      isHidden = true;
      shown = block;
    },
    release() {
      if (isHidden) write(SHOW_CURSOR);
      isHidden = false;
    },
    leave() {
      if (isHidden) write(SHOW_CURSOR);
      isHidden = false;
      shown = [];
    },
  };
}

/** Rows that the lines take now: a window made narrower has wrapped them. */
function rowsOf(lines: readonly string[], columns: number): number {
  let rows = 0;
  for (const line of lines) rows += Math.max(1, Math.ceil(columnsOf(line.replace(COLOURS, '')) / columns));
  return rows;
}
