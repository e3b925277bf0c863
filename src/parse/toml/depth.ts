/** Finds brackets nested deeper than the parsers, which recurse, could bear. */

/** Offset of the first bracket that opens level `deepest + 1`. */
export function tooDeepAt(text: string, deepest: number): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
      case "'":
        at = endOfString(text, at);
        break;
      case '#':
        at = endOf(text, '\n', at);
        break;
      case '[':
      case '{':
        depth += 1;
        if (depth > deepest) return at;
        break;
      case ']':
      case '}':
        depth -= 1;
        break;
      default:
    }
  }
  return undefined;
}

/** Offset of the last character of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  const quote = text[start]!;
  const isLong = text.startsWith(quote.repeat(3), start);
  const closing = isLong ? quote.repeat(3) : quote;
  for (let at = start + closing.length; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at += 1;
    else if (!isLong && text[at] === '\n') return at;
    else if (text.startsWith(closing, at)) return at + closing.length - 1;
  }
  return text.length;
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at;
}
