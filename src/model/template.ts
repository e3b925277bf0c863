/** Values that a file leaves open, to be computed while the run goes on. */
export interface Expression {
  /** CEL, as the file has it. */
  readonly text: string;
  /** 1-based, in the workflow file. */
  readonly line: number;
  /** What it may name besides what every expression may; absent for nothing. */
  readonly within?: Surroundings;
}

/** `loop`: `index` and `output`, of the turn before. `result`: `output`, of the step itself. `failure`: `error` and `attempt`. */
export type Surroundings = 'loop' | 'result' | 'failure';

export type Template =
  /** Canonical JSON text. */
  | { readonly kind: 'constant'; readonly json: string }
  /** Keeps the type of its value. */
  | { readonly kind: 'expression'; readonly expression: Expression }
  /** As a `url`, what each expression gives is quoted for one, but for what stands at the very beginning. */
  | { readonly kind: 'text'; readonly parts: readonly (string | Expression)[]; readonly as?: 'url' }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'table'; readonly entries: readonly (readonly [string, Template])[] };
