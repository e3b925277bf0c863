/** The fields of `limits`, on a step and on a workflow. */
import { record } from './collections.ts';
import type { Field, Fields } from './field-type.ts';
import { duration, number, size } from './scalars.ts';

export interface LimitsFields {
  memory?: number;
  cpu?: number;
  wall?: number;
  output?: number;
  stdout?: number;
  files?: number;
  processes?: number;
}

export const LIMIT_FIELDS: Fields<LimitsFields> = {
  memory: {
    type: size,
    about: 'How much memory the step may use; 0 means no limit of its own.',
    default: 'what the configuration says, else "1GB" for an embedded language and no limit for a process of the host',
    example: '256MB',
  },
  cpu: {
    type: duration,
    about: 'How much CPU time one attempt may use; 0 means no limit.',
    default: 'what the configuration says, else no limit',
    example: '10s',
  },
  wall: {
    type: duration,
    about: 'How long one attempt may take, as `timeout`: the shorter one counts; 0 means no limit.',
    default: 'what the configuration says, else no limit',
    example: '1m',
  },
  output: {
    type: size,
    about: 'How large the output may be.',
    default: 'what the configuration says, else "256MB"',
    example: '10MB',
  },
  stdout: {
    type: size,
    about: 'How much of what the step prints, on both streams together, is shown and kept; the rest is only counted.',
    default: 'what the configuration says, else "64MB"',
    example: '1MB',
  },
  files: {
    type: size,
    about: 'How large a file a shell or native step may write; 0 means no limit.',
    default: 'what the configuration says, else no limit',
    example: '64MB',
  },
  processes: {
    type: number(0, 1_000_000, 'integer'),
    about: 'How many processes a shell or native step may have at once, its own included; 0 means no limit.',
    default: 'what the configuration says, else no limit',
    example: 32,
  },
};

const TAKES = `a table with ${Object.keys(LIMIT_FIELDS)
  .map((name) => `"${name}"`)
  .join(', ')}`;

export const LIMITS: Field<LimitsFields> = {
  type: record(LIMIT_FIELDS, TAKES),
  about: 'What the step may use.',
  example: { memory: '256MB', cpu: '10s' },
};
