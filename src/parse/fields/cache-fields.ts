/** The fields that say of a step whether its output may be kept for later runs, and what that depends on. */
import type { Field } from './field-type.ts';
import { type Word, words } from './collections.ts';
import { flag } from './scalars.ts';

export const CACHE: Field<boolean> = {
  type: flag,
  about: 'Whether the step is left out where an earlier run did the same, and its output taken from there.',
  default: "the workflow's, else what the configuration says, else false",
  example: true,
};

export const DETERMINISTIC: Field<boolean> = {
  type: flag,
  about:
    'Whether a cached embedded step that may reach nothing is told a time that stands still, and random numbers that are the same each time.',
  default: "the workflow's, else true",
  example: false,
  languages: ['lua', 'javascript', 'python', 'wasm'],
};

const PATTERNS = words('a pattern such as "data/**/*.csv", or a list of patterns');

export const READS: Field<readonly Word[]> = {
  type: PATTERNS,
  about: 'Files that the step reads: a cached output counts only while their contents are the same.',
  default: 'none; a shell or native step is cached only where `reads` or `writes` is given',
  example: ['data/**/*.csv'],
};

export const WRITES: Field<readonly Word[]> = {
  type: PATTERNS,
  about:
    'Files that the step writes below its working directory: they are kept with a cached output and put back with it.',
  default: 'none',
  example: ['out/*.parquet'],
};
