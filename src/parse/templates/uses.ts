/** The expressions of a file with the places where they stand, gathered to be checked together. */
import type { CheckedUse } from '../../expressions/check.ts';
import type { Span } from '../../model/source.ts';
import type { Expression } from '../../model/template.ts';
import type { Lines } from '../lines.ts';
import type { TextValue } from '../document.ts';
import { Mentions } from '../mentions.ts';

/** Where expressions are found, and what is known of them all. */
export type UseContext = Pick<CheckedUse, 'what' | 'step' | 'within' | 'each' | 'isCondition' | 'isEarly'>;

export class Uses {
  readonly all: CheckedUse[] = [];
  readonly mentions: Mentions = new Mentions();
  readonly #text: string;
  readonly #lines: Lines;

  constructor(text: string, lines: Lines) {
    this.#text = text;
    this.#lines = lines;
  }

  /** `at` is the expression's offset in the text that holds it. */
  add(value: TextValue, expression: string, at: number, context: UseContext): Expression {
    const span = this.locate(value, expression, at);
    this.all.push({ ...context, text: expression, span: span ?? value.span, isExact: span !== undefined });
    const { within, each } = context;
    return {
      text: expression,
      line: this.#lines.lineOf((span ?? value.span).start),
      ...(within && { within }),
      ...(each && { each }),
    };
  }

  /** A part of a text in the file, if the file shows it as it is; escapes in the text move what stands behind them. */
  locate(value: TextValue, part: string, at: number): Span | undefined {
    const { start, end } = value.span;
    if (part === '' || start === end) return undefined;
    for (let found = value.start + at; found !== -1 && found < end; found = this.#text.indexOf(part, found + 1)) {
      if (this.#text.startsWith(part, found)) return { start: found, end: found + part.length };
    }
    return undefined;
  }
}
