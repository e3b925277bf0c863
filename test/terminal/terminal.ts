// As much of a terminal as the views need: lines, a cursor, and the sequences that they write.

export interface Terminal {
  readonly write: (text: string) => void;
  /** All lines from the first on, without the spaces at their ends. */
  readonly lines: () => string[];
  readonly isCursorShown: () => boolean;
  readonly cursor: () => { readonly row: number; readonly column: number };
}

export function terminal(columns: number): Terminal {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  let shown = true;
  const write = (text: string): void => {
    // oxlint-disable-next-line no-control-regex
    for (const [part, amount, command] of text.matchAll(/\u001B\[\??(\d*)([A-Za-z])|[^]/g)) {
      if (command === 'A') row = Math.max(0, row - Number(amount));
      else if (command === 'C') column += Number(amount);
      else if (command === 'K') lines[row] = lines[row]!.slice(0, column);
      else if (command === 'J') lines.splice(row, lines.length, lines[row]!.slice(0, column));
      else if (command === 'h' || command === 'l') shown = amount === '25' ? command === 'h' : shown;
      else if (part === '\r') column = 0;
      else if (part === '\n') {
        // As terminals have it, a line feed goes back to the first column too.
        lines[++row] ??= '';
        column = 0;
      } else {
        if (column === columns) {
          lines[++row] ??= '';
          column = 0;
        }
        lines[row] = lines[row]!.padEnd(column).slice(0, column) + part + lines[row]!.slice(column + 1);
        column += 1;
      }
    }
  };
  return {
    write,
    lines: () => lines.map((line) => line.trimEnd()),
    isCursorShown: () => shown,
    cursor: () => ({ row, column }),
  };
}
