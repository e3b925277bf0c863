/** What passes between the host and the thread that evaluates a Lua workflow file. */
import type { Oddity } from '../document.ts';

export interface EvaluationRequest {
  /** The file's text, without a byte order mark. */
  readonly text: string;
  /** Absolute; Lua modules are looked up in it. */
  readonly directory: string;
  /** The global whose value counts where the file returns no table. */
  readonly global: string;
  /** Milliseconds since the epoch after which the interpreter gives up by itself. */
  readonly deadline: number;
}

/** Shared and circular tables keep their identity on the way. */
export type WireValue = string | number | boolean | WireValue[] | Map<string, WireValue> | { odd: Oddity };

export interface Evaluation {
  readonly ended: Ending;
  /** What the file must not use and tried to, in order, at most a few. */
  readonly reached: readonly Reach[];
  /** What it printed, line by line. */
  readonly printed: readonly string[];
}

export type Ending =
  | { readonly kind: 'value'; readonly value?: WireValue }
  | { readonly kind: 'error'; readonly message: string; readonly place: LuaPlace }
  | { readonly kind: 'timeout' | 'memory'; readonly place: LuaPlace };

/** `line` (1-based) of the workflow file, or of one of its Lua modules. */
export interface LuaPlace {
  readonly line?: number;
  /** Relative to the workflow's folder; absent for the workflow file. */
  readonly module?: string;
}

export interface Reach {
  /** Such as `os.execute`. */
  readonly name: string;
  /** What to do in its place. */
  readonly advice: string;
  readonly place: LuaPlace;
}
