/** Gathers the mistakes of one file, so that all of them are told at once. */
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SourceFile, Span } from '../model/source.ts';
import type { ExpressionCode } from '../expressions/codes.ts';
import type { ParseCode } from './codes.ts';

export type Related = NonNullable<Diagnostic['related']>;

export class Mistakes {
  readonly file: SourceFile;
  readonly #found: Diagnostic[] = [];
  #errors = 0;

  constructor(file: SourceFile, found: readonly Diagnostic[] = []) {
    this.file = file;
    this.addAll(found);
  }

  add(code: ParseCode | ExpressionCode, span: Span | undefined, message: string, related?: Related): void {
    this.addAll([mistake(this.file, code, span, message, related)]);
  }

  addAll(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      this.#found.push(diagnostic);
      if (diagnostic.severity === 'error') this.#errors += 1;
    }
  }

  /** Tells of what is seldom meant, though it runs. */
  warn(code: ParseCode, span: Span | undefined, message: string): void {
    this.addAll([{ ...mistake(this.file, code, span, message), severity: 'warning' }]);
  }

  /** How many there are so far, without those that are only told. */
  get count(): number {
    return this.#errors;
  }

  get found(): readonly Diagnostic[] {
    return inFileOrder(this.#found);
  }

  get fatal(): boolean {
    return this.#errors > 0;
  }
}

export function mistake(
  file: SourceFile,
  code: ParseCode | ExpressionCode,
  span: Span | undefined,
  message: string,
  related?: Related,
): Diagnostic {
  return {
    code,
    severity: 'error',
    message,
    file,
    ...(span !== undefined && { span }),
    ...(related !== undefined && related.length > 0 && { related }),
  };
}

/** Sorted by place; what concerns the whole file comes first. */
export function inFileOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => (a.span?.start ?? -1) - (b.span?.start ?? -1));
}

/** Where a parser's complaint shows: it stops behind what it misses, so the last character before that is pointed at. */
export function visibleSpan(text: string, stopped: number): Span {
  const isBlank = stopped >= text.length || /\s/.test(text[stopped]!) || text[stopped - 1] === '\n';
  const end = isBlank ? text.slice(0, stopped).trimEnd().length : stopped + 1;
  return { start: Math.max(0, end - 1), end };
}
