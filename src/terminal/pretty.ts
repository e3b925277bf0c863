/** Lays canonical JSON text out in lines for a reader. */

/** What fits in `width` columns stays on one line; all else opens up, two spaces further in at each level. */
export function prettyLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '"') {
      const end = stringEnd(text, at);
      line += text.slice(at, end);
      at = end;
    } else if (character === '{' || character === '[') {
      const flat = flatEnd(text, at, width - depth * 2 - line.trimStart().length);
      if (flat !== undefined) {
        line += spaced(text.slice(at, flat));
        at = flat;
      } else {
        lines.push(line + character);
        depth += 1;
        line = '  '.repeat(depth);
        at += 1;
      }
    } else if (character === '}' || character === ']') {
      lines.push(line);
      depth -= 1;
      line = '  '.repeat(depth) + character;
      at += 1;
    } else if (character === ',') {
      lines.push(`${line},`);
      line = '  '.repeat(depth);
      at += 1;
    } else {
      line += character === ':' ? ': ' : character;
      at += 1;
    }
  }
  return [...lines, line];
}

/** Where the bracket at `start` closes, if that is within `room` characters. */
function flatEnd(text: string, start: number, room: number): number | undefined {
  let depth = 0;
  let gaps = 0;
  for (let at = start; at < text.length && at - start + gaps < room; at++) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at) - 1;
    else if (character === ',' || character === ':') gaps += 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1 - start + gaps <= room ? at + 1 : undefined;
    }
  }
  return undefined;
}

/** A space after each comma and colon that is not part of a string. */
function spaced(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (part) => (part === ',' || part === ':' ? `${part} ` : part));
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
