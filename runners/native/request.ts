/** What the program of a native step is told, as JSON in a file. */
import type { Origin } from '../contract.ts';

export interface NativeRequest extends Origin {
  readonly code: string;
  readonly step: string;
  readonly embedded: false;
  /** Path of a file with one JSON object of all inputs. */
  readonly inputs: string;
  /** Where relative paths of `hwfe.read` and its like start; absolute. */
  readonly directory: string;
  /** Absolute path of the run's directory. */
  readonly workdir: string;
  /** By which bytes, files and tables in the inputs are known, where there are any. */
  readonly mark?: string;
  /** For Lua: why a file of the inputs is not to be read, by its hash, a space and its path. */
  readonly refusals?: Readonly<Record<string, string>>;
  /** What Lua notes a file as whose hash it cannot tell. */
  readonly note: string;
  /** Path of the file to write: a line of status, then the output's JSON. */
  readonly answer: string;
}
