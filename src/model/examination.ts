/** What an examination of the machine finds. */
import type { Isolation, Language, Runtime } from '../../runners/contract.ts';

/** `missing` is what some steps cannot do without, `note` what is merely worth knowing. */
export type Condition = 'fine' | 'missing' | 'note';

export interface Fact {
  /** Stable, for programs: `sandbox`. */
  readonly subject: string;
  readonly condition: Condition;
  /** What there is, in a few words. */
  readonly found: string;
  /** What to do, as a sentence. */
  readonly advice?: string;
}

export interface LanguageFacts {
  readonly language: Language;
  readonly enabled: boolean;
  /** Where its steps run that do not say otherwise. */
  readonly runtime: Runtime;
  /** How strictly those are kept apart at least. */
  readonly isolation: Isolation;
  /** Stricter isolations that a step can have here. */
  readonly stricter: readonly Isolation[];
  /** What runs it embedded; absent for shell. */
  readonly embedded?: string;
  /** The program of the host for `runtime = "native"`, and for shell; absent for WASM. */
  readonly native?: Fact;
}

export interface Examination {
  readonly version: string;
  readonly facts: readonly Fact[];
  readonly languages: readonly LanguageFacts[];
}
