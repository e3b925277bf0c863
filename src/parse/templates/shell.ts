/** Puts templates into shell code as words that stay data: each becomes a variable, quoted as its surroundings need it. */
import type { Found } from './scan.ts';

export type Placed =
  | { readonly ok: true; readonly code: string }
  | { readonly ok: false; readonly misplaced: readonly Misplaced[] };

export interface Misplaced {
  readonly index: number;
  /** As the end of a sentence. */
  readonly where: string;
}

/** Of a template that follows a `$`. */
export const BEHIND_DOLLAR = 'behind a "$"';
const UNREAD = 'where the shell does not read it';

type Frame =
  | {
      readonly kind: 'plain';
      /** What ends it; nothing at the top. */
      readonly close: ')' | undefined;
    }
  | { readonly kind: 'double' }
  | { readonly kind: 'parameter' }
  | { readonly kind: 'arithmetic'; depth: number };

interface Heredoc {
  readonly word: string;
  readonly isQuoted: boolean;
  readonly dropsTabs: boolean;
}

/** `variableOf` names the variable of the template of that index. */
export function placeInShell(code: string, found: readonly Found[], variableOf: (index: number) => string): Placed {
  const walker = new Walker(code, found);
  const places = walker.walk();
  const misplaced: Misplaced[] = [];
  let text = '';
  let copied = 0;
  for (const [index, { start, end }] of found.entries()) {
    const place = places[index] ?? UNREAD;
    const word = WORDS[place]?.(variableOf(index));
    if (word === undefined) misplaced.push({ index, where: place });
    text += code.slice(copied, start) + (word ?? '');
    copied = end;
  }
  return misplaced.length > 0 ? { ok: false, misplaced } : { ok: true, code: text + code.slice(copied) };
}

const WORDS: Readonly<Record<string, (variable: string) => string>> = {
  plain: (variable) => `"\${${variable}}"`,
  double: (variable) => `\${${variable}}`,
  single: (variable) => `'"\${${variable}}"'`,
};

class Walker {
  readonly #code: string;
  readonly #found: readonly Found[];
  readonly #places: string[] = [];
  readonly #frames: Frame[] = [{ kind: 'plain', close: undefined }];
  readonly #pending: Heredoc[] = [];
  /** Inside `$(…)`, where the `)` of a case cannot be told from the end. */
  #hasCase = false;
  #next = 0;
  #at = 0;

  constructor(code: string, found: readonly Found[]) {
    this.#code = code;
    this.#found = found;
  }

  /** Where each template stands: `plain`, `double` or `single`, else the words that say why it may not stand there. */
  walk(): readonly string[] {
    while (this.#at < this.#code.length && this.#next < this.#found.length) {
      if (this.#template(this.#place())) continue;
      this.#step(this.#frames.at(-1)!);
    }
    return this.#places;
  }

  #place(): string {
    if (this.#hasCase) return 'behind a "case" inside "$(…)"';
    const { kind } = this.#frames.at(-1)!;
    if (kind === 'parameter') return 'inside "${…}"';
    if (kind === 'arithmetic') return 'inside arithmetic, which would compute what it says';
    return kind;
  }

  /** Notes where the template stands that begins here, and goes behind it. */
  #template(place: string): boolean {
    const found = this.#found[this.#next];
    if (found === undefined || found.start !== this.#at) return false;
    this.#places.push(place);
    this.#next += 1;
    this.#at = found.end;
    return true;
  }

  #step(frame: Frame): void {
    const sign = this.#code[this.#at]!;
    if (sign === '\\') {
      this.#at += 1;
      if (!this.#template(UNREAD)) this.#at += 1;
    } else if (sign === '`') this.#until('`', 'inside backquotes; write $(…) in their place', true);
    else if (this.#expansion(frame)) return;
    else if (frame.kind === 'double') this.#close(sign === '"');
    else if (frame.kind === 'parameter') this.#inParameter(sign);
    else if (frame.kind === 'arithmetic') this.#inArithmetic(frame, sign);
    else this.#inPlain(frame, sign);
  }

  #close(isEnd: boolean): void {
    this.#at += 1;
    if (isEnd) this.#frames.pop();
  }

  #expansion(frame: Frame): boolean {
    const code = this.#code;
    if (code[this.#at] !== '$') return false;
    if (this.#found[this.#next]?.start === this.#at + 1) {
      this.#at += 1;
      return this.#template(BEHIND_DOLLAR);
    }
    const open = (length: number, next?: Frame): true => {
      this.#at += length;
      if (next !== undefined) this.#frames.push(next);
      return true;
    };
    if (code.startsWith('$((', this.#at)) return open(3, { kind: 'arithmetic', depth: 2 });
    if (code.startsWith('$[', this.#at)) return this.#until(']', 'inside arithmetic, which would compute what it says');
    if (code.startsWith('$(', this.#at)) return open(2, { kind: 'plain', close: ')' });
    if (code.startsWith('${', this.#at)) return open(2, { kind: 'parameter' });
    if (frame.kind === 'plain' && code.startsWith("$'", this.#at)) {
      this.#at += 1;
      return this.#until("'", "inside $'…'", true);
    }
    return open(1);
  }

  #inParameter(sign: string): void {
    if (sign === '"') this.#frames.push({ kind: 'double' });
    this.#close(sign === '}');
  }

  #inArithmetic(frame: Frame & { kind: 'arithmetic' }, sign: string): void {
    if (sign === '(') frame.depth += 1;
    if (sign === ')') frame.depth -= 1;
    this.#close(frame.depth === 0);
  }

  #inPlain(frame: Frame & { kind: 'plain' }, sign: string): void {
    const code = this.#code;
    if (sign === "'") {
      this.#until("'", 'single');
      return;
    }
    if (sign === '\n' && this.#pending.length > 0) {
      this.#at += 1;
      for (const heredoc of this.#pending.splice(0)) this.#skipHeredoc(heredoc);
      return;
    }
    if (code.startsWith('<<', this.#at) && !code.startsWith('<<<', this.#at) && this.#heredoc()) return;
    if (code.startsWith('<<<', this.#at)) {
      this.#at += 3;
      return;
    }
    if (this.#beginsWord()) {
      if (sign === '#') {
        const end = code.indexOf('\n', this.#at);
        this.#refuseUntil(end === -1 ? code.length : end, 'in a comment');
        return;
      }
      if (code.startsWith('((', this.#at)) {
        this.#at += 2;
        this.#frames.push({ kind: 'arithmetic', depth: 2 });
        return;
      }
      if (frame.close !== undefined && /^case[ \t]/.test(code.slice(this.#at, this.#at + 5))) this.#hasCase = true;
    }
    if (sign === '"') this.#frames.push({ kind: 'double' });
    else if (sign === '(' && frame.close !== undefined) {
      this.#frames.push({ kind: 'plain', close: ')' });
    }
    this.#close(sign === ')' && frame.close === ')');
  }

  #beginsWord(): boolean {
    return this.#at === 0 || /[\s;&|()]/.test(this.#code[this.#at - 1]!);
  }

  /** Goes behind the next `end`; templates on the way stand in `place`. */
  #until(end: string, place: string, hasEscapes = false): true {
    this.#at += 1;
    while (this.#at < this.#code.length && this.#code[this.#at] !== end) {
      if (this.#template(place)) continue;
      this.#at += hasEscapes && this.#code[this.#at] === '\\' ? 2 : 1;
    }
    this.#at += 1;
    return true;
  }

  #refuseUntil(end: number, place: string): void {
    while (this.#at < end) if (!this.#template(place)) this.#at += 1;
  }

  /** Whether a here-document is announced here. */
  #heredoc(): boolean {
    const match = /^<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\])+)/.exec(
      this.#code.slice(this.#at, this.#at + 256),
    );
    if (match === null) return false;
    const [whole, dash, word = ''] = match;
    this.#pending.push({
      word: word.replaceAll(/['"\\]/g, ''),
      isQuoted: /['"\\]/.test(word),
      dropsTabs: dash === '-',
    });
    this.#at += whole.length;
    return true;
  }

  #skipHeredoc({ word, isQuoted, dropsTabs }: Heredoc): void {
    const code = this.#code;
    let isCode = false;
    while (this.#at < code.length) {
      const found = code.indexOf('\n', this.#at);
      const end = found === -1 ? code.length : found;
      const line = code.slice(this.#at, end);
      if ((dropsTabs ? line.replace(/^\t+/, '') : line) === word) {
        this.#at = end;
        return;
      }
      isCode ||= /\$[({[]|`/.test(line);
      const place = isQuoted
        ? 'in a here-document with a quoted word, which the shell does not look into'
        : isCode
          ? 'in a here-document behind shell code'
          : 'double';
      this.#refuseUntil(end + 1, place);
    }
  }
}
