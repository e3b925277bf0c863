/** Makes text that others wrote harmless to print: what would steer the terminal or hide itself is spelled out. */

/** Controls, line separators, directions, invisible spaces and tags, halves of surrogate pairs. */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex -- these are the characters in question
  /[\u0000-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|\uDB40[\uDC00-\uDC7F]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
// oxlint-disable-next-line no-control-regex -- colours begin with one
const COLOURS = /\u001B\[[0-9;:]*m/g;
const PRINTABLE = /^[\u0020-\u007E]*$/;

/** One line as it may be printed: `␛[2J` for a real escape, `<U+202E>` for a mark that turns the direction. Tabs stay. */
export function visible(line: string): string {
  return PRINTABLE.test(line) ? line : line.replace(UNSEEN, spellOut);
}

/** The same for a line that a step printed: colours are dropped first, since only they are what many tools mean. */
export function visibleLine(line: string): string {
  return PRINTABLE.test(line) ? line : visible(line.replace(COLOURS, '').replace(/(?<!\r)\r+$/, ''));
}

/** The same for a line that is painted already: its colours stay. The last look before a line is printed. */
export function visiblePainted(line: string): string {
  if (PRINTABLE.test(line)) return line;
  const parts = line.split(COLOURS);
  if (parts.length === 1) return visible(line);
  const colours = line.match(COLOURS) ?? [];
  return parts.map((part, index) => visible(part) + (colours[index] ?? '')).join('');
}

function spellOut(character: string): string {
  const code = character.codePointAt(0)!;
  if (code === 9) return character;
  if (code < 32) return String.fromCodePoint(0x2400 + code);
  if (code === 127) return '␡';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
