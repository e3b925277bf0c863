/** Pieces of HTML that can only be put together so that what others wrote stays text. */
import { visible } from '../terminal/visible.ts';

/** HTML that is safe as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | undefined | readonly Part[];

/** Texts and numbers are escaped, whether they stand in text or in a quoted attribute. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = pieces[0]!;
  parts.forEach((part, index) => {
    text += textOf(part) + pieces[index + 1]!;
  });
  return new Html(text);
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return typeof part === 'number' ? String(part) : escaped(part);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Lines stay lines; what would hide itself or turn the direction of reading is spelled out. */
function escaped(text: string): string {
  const shown = text.includes('\n') ? text.split('\n').map(visible).join('\n') : visible(text);
  return shown.replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}
