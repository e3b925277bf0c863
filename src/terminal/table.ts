/** Lays rows out in columns. */
import { visiblePainted } from './visible.ts';
import { columnsOf } from './width.ts';

// oxlint-disable-next-line no-control-regex -- colours begin with one
const COLOURS = /\u001B\[[0-9;:]*m/g;

/** Two spaces between columns. Cells may be painted; what else they hold is made visible. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((cells) => cells.map(visiblePainted));
  const widths: number[] = [];
  for (const cells of shown) {
    cells.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return shown.map((cells) =>
    cells
      .map((cell, column) => cell + ' '.repeat(widths[column]! - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

function widthOf(cell: string): number {
  return columnsOf(cell.replace(COLOURS, ''));
}
