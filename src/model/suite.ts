/** A file of tests that reads well: what is given to a workflow, what stands in for its steps, and what must come of it. */
import type { RunStatus } from './event.ts';
import type { SourceFile, Span } from './source.ts';

export interface Suite {
  readonly file: SourceFile;
  /** As the file names it, relative to where it lies; absent, the workflow of the same name beside it is meant. */
  readonly workflow?: Place;
  /** In declared order. */
  readonly tests: readonly WorkflowTest[];
}

export interface WorkflowTest {
  readonly name: string;
  readonly span: Span;
  readonly description?: string;
  /** JSON by the name of the workflow's input. */
  readonly inputs: ReadonlyMap<string, Given>;
  /** Only these steps run, beside those that something stands in for. */
  readonly only?: readonly Place[];
  readonly mocks: readonly Mock[];
  readonly expect: Expectations;
  /** Whether statuses and outputs are compared with those that were recorded. */
  readonly golden: boolean;
  /** Places in outputs, `load.at` or `items[*].id`, that are not compared with what was recorded. */
  readonly ignore: readonly Place[];
}

/** A word of the file, with where it stands. */
export interface Place {
  readonly text: string;
  readonly span: Span;
}

export interface Given {
  readonly json: string;
  readonly span: Span;
}

export interface Mock {
  readonly step: Place;
  /** What the step does in place of its code. */
  readonly does:
    | { readonly kind: 'gives'; readonly json: string; readonly span: Span }
    | { readonly kind: 'fails'; readonly message: string }
    /** Gives, or fails with, what was recorded. */
    | { readonly kind: 'golden' };
}

export interface Expectations {
  readonly status?: RunStatus;
  /** Fields of what the workflow's `outputs` name. */
  readonly outputs?: Given;
  readonly steps: readonly StepExpectation[];
}

export interface StepExpectation {
  readonly step: Place;
  readonly status?: 'succeeded' | 'failed' | 'cancelled' | 'skipped';
  readonly output?: Given;
  /** Fields and items that the output has among others. */
  readonly includes?: Given;
  /** A part of the failure's message. */
  readonly error?: Place;
}
