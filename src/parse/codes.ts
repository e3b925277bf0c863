/** The stable names of all mistakes that reading a workflow file can tell. */

export const PARSE_CODES = [
  'file-not-found',
  'not-a-file',
  'unreadable-file',
  'file-too-large',
  'bad-encoding',
  'unknown-extension',
  'syntax',
  'duplicate-field',
  'duplicate-step',
  'no-workflow',
  'lua-error',
  'lua-timeout',
  'lua-memory',
  'not-allowed',
  'printed',
  'function-value',
  'unknown-field',
  'wrong-type',
  'empty-steps',
  'bad-name',
  'unknown-language',
  'unknown-choice',
  'bad-number',
  'bad-duration',
  'bad-size',
  'bad-env',
  'bad-host',
  'bad-secret',
  'undeclared-secret',
  'bad-backoff',
  'bad-cache',
  'missing-code',
  'conflicting-fields',
  'misfit-field',
  'code-file',
  'module-not-found',
] as const;

/** Of files of tests only. */
export const SUITE_CODES = ['empty-tests'] as const;

export type ParseCode = (typeof PARSE_CODES | typeof SUITE_CODES)[number];
