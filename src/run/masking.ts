/** Replaces secrets by stars in all that a step says, in the forms in which they are commonly written. */
import type { EncodedValue, Outcome, PrintedLine, StepFailure } from '../../runners/contract.ts';
import { canonicalise } from '../../runners/value.ts';
import { fail, type Result } from '../model/result.ts';
import { formsOf } from './secret-forms.ts';

const STARS = '***';
/** A printed line of this length goes on in the next one of its stream (`runners/printer.ts`). */
const PIECE = 64 * 1024;

export class Masking {
  readonly #pattern: RegExp;
  /** Names by form. */
  readonly #names = new Map<string, string>();
  /** A form may stand across two pieces of text; so many characters of the first have to be kept for the second. */
  readonly overlap: number;
  readonly #secrets: ReadonlyMap<string, string>;

  /** Values by name. */
  constructor(secrets: ReadonlyMap<string, string>) {
    this.#secrets = secrets;
    for (const [name, value] of secrets) for (const form of formsOf(value)) this.#names.set(form, name);
    const forms = [...this.#names.keys()].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(forms.map(escaped).join('|'), 'g');
    this.overlap = Math.max(0, (forms[0]?.length ?? 0) - 1);
  }

  /** These as well. */
  with(secrets: ReadonlyMap<string, string>): Masking {
    return new Masking(new Map([...this.#secrets, ...secrets]));
  }

  text(text: string, found?: Set<string>): string {
    return text.replace(this.#pattern, (form) => {
      found?.add(this.#names.get(form)!);
      return STARS;
    });
  }

  /** An output goes on masked, also to the steps that depend on this one: none of them named the secret. */
  outcome(outcome: Outcome): Outcome {
    const warnings = outcome.warnings.map((warning) => this.text(warning));
    if (!outcome.ok) return { ok: false, failure: this.failure(outcome.failure), warnings };
    const names = new Set<string>();
    const output = this.value(outcome.output, names);
    const told = [...names].map((name) => `The output held the secret "${name}"; "${STARS}" stands there now`);
    return { ok: true, output, warnings: [...warnings, ...told] };
  }

  /** The same value where no secret is in it. */
  value(value: EncodedValue, found?: Set<string>): EncodedValue {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
    if (![...this.#names.keys()].some((form) => bytes.includes(form))) return value;
    const masked = canonicalise(Buffer.from(this.text(bytes.toString(), found)));
    // A secret that was a number, or part of one, leaves no JSON behind.
    return masked.ok ? masked.value : Buffer.from(JSON.stringify(STARS));
  }

  failure(failure: StepFailure): StepFailure {
    return this.#deep(failure);
  }

  #deep<T>(value: T): T {
    if (typeof value === 'string') return this.text(value) as T;
    if (Array.isArray(value)) return value.map((item) => this.#deep(item) as unknown) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#deep(item as unknown)])) as T;
  }
}

/** What an expression says of why it failed may have a secret in it. */
export function maskedFailure<T>(result: Result<T, StepFailure>, masking: Masking | undefined): Result<T, StepFailure> {
  return result.ok || masking === undefined ? result : fail(masking.failure(result.error));
}

/** The printed lines of one attempt: a long one comes in pieces, at whose borders a secret may be cut in two. */
export class LineMask {
  readonly #masking: Masking;
  readonly #kept = { stdout: '', stderr: '' };

  constructor(masking: Masking) {
    this.#masking = masking;
  }

  take(lines: readonly PrintedLine[]): readonly PrintedLine[] {
    return lines.map(({ stream, text }) => {
      const masked = this.#masking.text(this.#kept[stream] + text);
      const goesOn = text.length >= PIECE;
      const end = goesOn ? Math.max(0, masked.length - this.#masking.overlap) : masked.length;
      this.#kept[stream] = masked.slice(end);
      return { stream, text: masked.slice(0, end) };
    });
  }

  /** What is kept of a line that ended with its last piece. */
  finish(): readonly PrintedLine[] {
    const streams = (['stdout', 'stderr'] as const).filter((stream) => this.#kept[stream] !== '');
    return streams.map((stream) => ({ stream, text: this.#kept[stream] }));
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
