/** Reads expressions once and keeps them, for the checks of a file and for its runs. */
import type { InputType } from '../model/input.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { createEnvironment, localsOf, ROOTS, type Standpoint } from './environment.ts';
import { celLibrary, type Environment } from './library.ts';
import { type Found, referencesIn } from './references.ts';
import { inWords } from './wording.ts';

export interface Compiled extends Found {
  /** What it gives, as far as that is known: `bool`, `dyn`. */
  readonly type: string;
  readonly run: (context: object) => unknown;
}

export interface ExpressionError {
  /** The library's word for it. */
  readonly code: string;
  readonly message: string;
  /** Offsets in the expression. */
  readonly start: number;
  readonly end: number;
  /** What could be read all the same. */
  readonly found?: Found;
}

/** Longer than any that a person wrote. */
const LONGEST = 10_000;

export class Compiler {
  readonly #inputs: ReadonlyMap<string, InputType>;
  readonly #environments = new Map<string, Environment>();
  readonly #compiled = new Map<string, Result<Compiled, ExpressionError>>();

  constructor(inputs: ReadonlyMap<string, InputType>) {
    this.#inputs = inputs;
  }

  compile(text: string, standpoint: Standpoint): Result<Compiled, ExpressionError> {
    const where = nameOf(standpoint);
    const key = `${where} ${text}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = this.#compile(text, standpoint, where);
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  #compile(text: string, standpoint: Standpoint, where: string): Result<Compiled, ExpressionError> {
    if (text.length > LONGEST) {
      const message = `it has ${text.length} characters, and ${LONGEST} are the most`;
      return fail({ code: 'too-long', message, start: 0, end: text.length });
    }
    let environment = this.#environments.get(where);
    if (environment === undefined) {
      environment = createEnvironment(this.#inputs, standpoint);
      this.#environments.set(where, environment);
    }
    let found: Found | undefined;
    try {
      const parsed = environment.parse(text);
      const roots = [...ROOTS, ...localsOf(standpoint)];
      found = referencesIn(parsed.ast, roots);
      const checked = parsed.check();
      if (!checked.valid) return fail({ ...errorOf(checked.error, text), found });
      return ok({
        ...found,
        type: checked.type ?? 'dyn',
        run: (context) => parsed(context as Record<string, unknown>) as unknown,
      });
    } catch (error) {
      return fail({ ...errorOf(error, text), ...(found && { found }) });
    }
  }
}

/** Of the same name, the same environment; for nearly all expressions there is one. */
function nameOf({ within, each }: Standpoint): string {
  const where: string = within ?? '';
  return each === undefined ? where : `${where} ${each.item} ${String(each.axes)}`;
}

export function errorOf(error: unknown, text: string): Omit<ExpressionError, 'found'> {
  const { ParseError, EvaluationError, TypeError: CelTypeError } = celLibrary();
  const isCel = error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError;
  if (!isCel) {
    if (error instanceof RangeError)
      return { code: 'too-deep', message: 'it is too large', start: 0, end: text.length };
    if (!(error instanceof Error)) throw error;
    return { code: 'function', message: error.message, start: 0, end: text.length };
  }
  const { code, summary, range } = error as { code: string; summary: string; range?: { start: number; end: number } };
  return { code, message: inWords(summary), start: range?.start ?? 0, end: range?.end ?? text.length };
}
