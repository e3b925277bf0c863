/** Finds templates in a text: `{{ expression }}`, and `${name…}` where that is no shell's. */

export interface Found {
  /** Offsets in the text, of the whole with its brackets. */
  readonly start: number;
  readonly end: number;
  readonly expression: string;
  /** Offset of the expression. */
  readonly at: number;
}

export type Scan =
  | { readonly ok: true; readonly found: readonly Found[] }
  /** One is never closed; where it begins, and those before it. */
  | { readonly ok: false; readonly at: number; readonly found: readonly Found[] };

export interface ScanRules {
  /** Whether `${inputs.x}` counts too, and `${item}` besides. */
  readonly dollar: boolean | 'each';
  /** Says of what stands between `{{` and the text's end whether a template begins there. */
  readonly isOurs: (inside: string) => boolean;
}

const DOLLAR = /^\$\{\s*(?:inputs|steps|vars|env|run|workflow|index|output)\s*[.[}]/;

const DOLLAR_EACH = /^\$\{\s*(?:item|matrix)\s*[.[}]/;

export function scanTemplates(text: string, { dollar: which, isOurs }: ScanRules): Scan {
  const dollar = which !== false;
  const found: Found[] = [];
  for (let at = nextOpening(text, 0, dollar); at !== -1; ) {
    const isDollar = text[at] === '$';
    const isTemplate = isDollar ? isOurDollar(text.slice(at, at + 64), which) : isOurs(text.slice(at + 2));
    if (!isTemplate) {
      at = nextOpening(text, at + 1, dollar);
      continue;
    }
    const closing = isDollar ? '}' : '}}';
    const close = closingOf(text, at + 2, closing);
    if (close === -1) return { ok: false, at, found };
    const inside = text.slice(at + 2, close);
    const expression = inside.trim();
    const end = close + closing.length;
    found.push({ start: at, end, expression, at: at + 2 + inside.length - inside.trimStart().length });
    at = nextOpening(text, end, dollar);
  }
  return { ok: true, found };
}

function isOurDollar(text: string, which: ScanRules['dollar']): boolean {
  return DOLLAR.test(text) || (which === 'each' && DOLLAR_EACH.test(text));
}

function nextOpening(text: string, from: number, dollar: boolean): number {
  const braces = text.indexOf('{{', from);
  const other = dollar ? text.indexOf('${', from) : -1;
  return braces === -1 ? other : other === -1 ? braces : Math.min(braces, other);
}

/** Where the expression's end is: brackets of its own tables, and whatever stands in its texts, do not close it. */
function closingOf(text: string, from: number, closing: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"' || sign === "'") {
      at = endOfText(text, at) - 1;
      if (at < from) return -1;
    } else if (sign === '{') depth += 1;
    else if (sign === '}') {
      if (depth === 0) return text.startsWith(closing, at) ? at : -1;
      depth -= 1;
    }
  }
  return -1;
}

/** Behind the text that begins at `at`; 0 if it does not end. */
function endOfText(text: string, at: number): number {
  const sign = text[at]!;
  const quote = text.startsWith(sign.repeat(3), at) ? sign.repeat(3) : sign;
  const isRaw = /[rR]/.test(text[at - 1] ?? '') && !/\w/.test(text[at - 2] ?? '');
  for (let end = at + quote.length; end < text.length; end++) {
    if (text[end] === '\\' && !isRaw) end += 1;
    else if (text.startsWith(quote, end)) return end + quote.length;
  }
  return 0;
}
