/** Values that a file leaves open, to be computed while the run goes on. */
export interface Expression {
  /** CEL, as the file has it. */
  readonly text: string;
  /** 1-based, in the workflow file. */
  readonly line: number;
  /** What it may name besides what every expression may; absent for nothing. */
  readonly within?: Surroundings;
  /** Where its step is done for each of several items. */
  readonly each?: Each;
}

/** What is known of the items when the file is read, and so of what `item`, `index` and `matrix` are. */
export interface Each {
  /** CEL's word for what every item is. */
  readonly item: 'string' | 'int' | 'double' | 'bool' | 'dyn';
  /** The names behind `matrix`, `any` where these are computed; absent where there is no matrix. */
  readonly axes?: readonly string[] | 'any';
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
