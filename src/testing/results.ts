/** What came of tests. */
import type { SourceFile } from '../model/source.ts';
import type { Complaint } from './verdict.ts';

export interface SuiteResult {
  /** As it was found or given. */
  readonly path: string;
  readonly file: SourceFile;
  readonly tests: readonly TestResult[];
  readonly durationMs: number;
  /** Names of the tests of which something was recorded anew. */
  readonly recorded: readonly string[];
}

export interface TestResult {
  readonly name: string;
  /** 1-based line of the file. */
  readonly line: number;
  readonly durationMs: number;
  /** Empty where it passed. */
  readonly complaints: readonly Complaint[];
}
