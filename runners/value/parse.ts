/** JSON text → JavaScript values that keep integers apart from floats. */

export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Why a text is not JSON, with the offset at which that shows. */
export class NotJson extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads one JSON value. Integers beyond ±(2^53−1) are BigInts; `float` gets each number that has a fraction or an
 * exponent. Objects have no prototype; of a doubled key the last counts. Throws `NotJson`.
 */
export function parse(text: string, maxDepth: number, float: (x: number) => unknown): unknown {
  const parser = new Parser(text, maxDepth, float);
  return parser.whole();
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #float: (x: number) => unknown;
  #at = 0;

  constructor(text: string, maxDepth: number, float: (x: number) => unknown) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#float = float;
  }

  whole(): unknown {
    const value = this.#value(0);
    if (this.#skipSpace() < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): unknown {
    if (depth > this.#maxDepth) throw new NotJson(`the value is nested deeper than ${this.#maxDepth} levels`, this.#at);
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): unknown {
    const object: Record<string, unknown> = Object.create(null);
    this.#at += 1;
    this.#skipSpace();
    if (this.#take('}')) return object;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#unexpected();
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(':')) throw this.#unexpected();
      object[key] = this.#value(depth + 1);
      this.#skipSpace();
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#unexpected();
    return object;
  }

  #array(depth: number): unknown {
    const items: unknown[] = [];
    this.#at += 1;
    this.#skipSpace();
    if (this.#take(']')) return items;
    do {
      items.push(this.#value(depth + 1));
      this.#skipSpace();
    } while (this.#take(','));
    if (!this.#take(']')) throw this.#unexpected();
    return items;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    for (let at = start + 1; at < this.#text.length; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === 0x22) {
        this.#at = at + 1;
        return escaped ? this.#unescaped(start) : this.#text.slice(start + 1, at);
      }
      if (unit < 0x20) throw new NotJson('a control character in a string has to be escaped', at);
      if (unit === 0x5c) {
        escaped = true;
        at += 1;
      }
    }
    throw new NotJson('a string does not end', start);
  }

  #unescaped(start: number): string {
    let value: string;
    try {
      value = JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      throw new NotJson('a string has an escape that JSON does not know', start);
    }
    if (!value.isWellFormed())
      throw new NotJson('a string has half a surrogate pair, which is no valid Unicode', start);
    return value;
  }

  #number(): unknown {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#unexpected();
    this.#at = NUMBER.lastIndex;
    const [token, fraction, exponent] = match;
    if (fraction !== undefined || exponent !== undefined) return this.#float(Number(token));
    const number = Number(token);
    if (number === 0) return 0;
    return Number.isSafeInteger(number) ? number : BigInt(token);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): number {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return this.#at;
      this.#at += 1;
    }
  }

  #unexpected(): NotJson {
    const found = this.#text[this.#at];
    if (found === undefined) return new NotJson('the text ends too early', this.#at);
    return new NotJson(`unexpected ${JSON.stringify(found)}`, this.#at);
  }
}
