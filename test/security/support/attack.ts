// The shape of an attack, and the shape of the proof that it would work without what stops it.
import type { StepFailure } from '../../../runners/contract.ts';
import type { StepDefinition } from '../../../src/parse/step-definition.ts';
import type { Aims } from './canaries.ts';

export interface Attack {
  readonly name: string;
  readonly step: (aims: Aims) => StepDefinition;
  /** A step that runs before it in the same thread, to leave something behind. */
  readonly before?: (aims: Aims) => StepDefinition;
  /** Code of a JavaScript step whose output is the attack's input `given`. */
  readonly given?: string;
  /** How it may end; default: in any way but by taking its thread along. */
  readonly ends?: 'output' | readonly StepFailure['reason'][];
  /** The output's whole text. */
  readonly output?: string;
  readonly control: Control;
}

export type Control =
  /** Does the same without what stops it; gives all that came of it. */
  | { readonly proof: (aims: Aims) => string | Promise<string> }
  /** The name of an attack of the same family whose control proves this one's too. */
  | { readonly like: string }
  /** Why there is none. */
  | { readonly none: string };

export interface Family {
  readonly name: string;
  readonly attacks: readonly Attack[];
}
