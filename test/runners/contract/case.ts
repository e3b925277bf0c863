/** The shape of a case of the contract suite. */
import type { Language, PrintedLine, StepFailure } from '../../../runners/contract.ts';

export type Codes = Readonly<Partial<Record<Language, string>>>;

type Expectation = { readonly printed?: readonly PrintedLine[] } & (
  | { readonly output: string; readonly warning?: RegExp }
  | {
      readonly failure: {
        readonly reason: StepFailure['reason'];
        readonly message?: RegExp;
        readonly position?: { readonly file: string; readonly line: number };
      };
    }
);

export interface Case {
  readonly name: string;
  readonly code: Codes;
  /** Run before, as a step of its own. */
  readonly before?: Codes;
  /** The output of what ran before is an input of that name. */
  readonly takes?: 'made';
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly outputLimit?: number;
  readonly expect: Expectation | ((language: Language) => Expectation);
}
