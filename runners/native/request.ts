/** What the program of a native step is told, as JSON in a file. */
import type { Origin } from '../contract.ts';

export interface NativeRequest extends Origin {
  readonly code: string;
  readonly step: string;
  readonly embedded: false;
  /** Path of a file with one JSON object of all inputs. */
  readonly inputs: string;
  /** Path of the file to write: a line of status, then the output's JSON. */
  readonly answer: string;
}
